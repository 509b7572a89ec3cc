// A made-up language, the same for the same seed. Its words are distributed as words are (the nth is 1/n as common as
// the first), and three of them are known: in 90 %, in 20 % and in 0.1 % of the articles.

export const KNOWN_WORDS = { common: 'harbour', medium: 'ferry', rare: 'lighthouse' } as const;
const SHARES = { harbour: 0.9, ferry: 0.2, lighthouse: 0.001 };

const VOCABULARY = 20_000;
export const WORDS_OF_A_BODY = 700;

/** Numbers from 0 to 1, always the same ones: mulberry32. */
export const randomFrom = (seed: number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const SYLLABLES =
  'ba be bi bo da de di do fa fe ga go ha he ka ke ki ko la le li lo ma me mi mo na ne ni no'.split(' ');

/** The nth word of the made-up language. */
const wordOf = (n: number): string => {
  let word = SYLLABLES[n % 30] ?? '';
  for (let rest = Math.floor(n / 30) + 1; rest > 0; rest = Math.floor(rest / 30))
    word += SYLLABLES[rest % 30];
  return word;
};
const words = Array.from({ length: VOCABULARY }, (_, n) => wordOf(n));

export const createWriter = (random: () => number) => {
  /** The nth of `count` is 1/n as likely as the first. The power of `count`, in half the time that `**` takes. */
  const zipf = (count: number): number => Math.floor(Math.exp(Math.log(count) * random())) - 1;
  const prose = (count: number): string[] => {
    const said: string[] = [];
    while (said.length < count) said.push(words[zipf(VOCABULARY)]!);
    return said;
  };
  const id = (ms: number): string => {
    const hex = ms.toString(16).padStart(12, '0');
    const tail = () =>
      Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    const [a, b] = [tail(), tail()];
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7${a.slice(0, 3)}-8${a.slice(4, 7)}-${b}${a.slice(4)}`;
  };
  return { zipf, prose, id, random };
};
export type Writer = ReturnType<typeof createWriter>;

/** About 5 KB in eight paragraphs, with the known words in their share of all articles. */
export const paragraphsOf = ({ prose, random }: Writer): string[] => {
  const body = prose(WORDS_OF_A_BODY);
  for (const [word, share] of Object.entries(SHARES)) {
    if (random() >= share) continue;
    for (let times = 1 + Math.floor(random() * 4); times > 0; times--)
      body[Math.floor(random() * body.length)] = word;
  }
  const length = Math.ceil(body.length / 8);
  return Array.from({ length: 8 }, (_, n) => `${body.slice(n * length, (n + 1) * length).join(' ')}.`);
};
