// Ratios as bars: an SVG without a library.
import { escapeHtml } from '../../src/core/text.ts';

export interface Bar {
  label: string;
  /** 1 is the limit it is compared with. */
  ratio: number;
  isOurs: boolean;
}

const LABEL = 250;
const WIDTH = 420;
const ROW = 22;
const TOP = 50;

export const plot = (title: string, note: string, bars: readonly Bar[]): string => {
  const longest = Math.max(1.1, ...bars.map(({ ratio }) => ratio));
  const at = (ratio: number) => LABEL + (ratio / longest) * WIDTH;
  const height = TOP + bars.length * ROW + 20;
  const rows = bars.map(({ label, ratio, isOurs }, index) => {
    const y = TOP + index * ROW;
    return (
      `<text x="${LABEL - 8}" y="${y + 12}" text-anchor="end">${escapeHtml(label)}</text>` +
      `<rect x="${LABEL}" y="${y}" width="${(at(ratio) - LABEL).toFixed(1)}" height="16" fill="${isOurs ? '#1f6f8b' : '#b9c4c9'}"/>` +
      `<text x="${(at(ratio) + 5).toFixed(1)}" y="${y + 12}">${ratio.toFixed(2)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LABEL + WIDTH + 60} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escapeHtml(title)}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="8" y="18" font-size="14" font-weight="bold">${escapeHtml(title)}</text>`,
    `<text x="8" y="36" fill="#555">${escapeHtml(note)}</text>`,
    ...rows,
    `<line x1="${at(1).toFixed(1)}" x2="${at(1).toFixed(1)}" y1="${TOP - 6}" y2="${height - 16}" stroke="#c0392b" stroke-dasharray="3 3"/>`,
    '</svg>',
    '',
  ].join('\n');
};
