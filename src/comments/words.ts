// Words and domains of a policy, found in what a reader wrote. Both are folded alike first, so that no look-alike
// slips by: compatibility forms, case, diacritics, invisible characters, letters borrowed from other scripts.
// Digits for letters (leetspeak) are left alone: they mean too many other things.
import { domainToASCII } from 'node:url';

/** Pairs of what is written and the Latin letters it is taken for (from the confusables of UTS #39), lower case. */
const LOOKALIKES = new Map<string, string>();
const looksLike = (written: string, latin: string): void => {
  const letters = latin.includes(' ') ? latin.split(' ') : [...latin];
  for (const [index, character] of [...written].entries()) {
    LOOKALIKES.set(character.toLowerCase(), letters[index]!);
  }
};
// Cyrillic, by the shape of the capital where the small letter has none of its own.
looksLike('авсԁегһнікјмпорԛѕтуѵԝхь', 'abcderhhikjmnopqstyvwxb');
// Greek; the small letter decides where the two shapes differ (ν, υ).
looksLike('αβεζηικμνορτυχϳγς', 'abezhikmvoptuxjyσ');
looksLike('օսհոցզ', 'ouhngq');
looksLike('ꭺᏼꮯꭰꭼꮐꮋꭻꮶꮮꮇꮲꭱꮪꭲꮩꮃꮓ', 'abcdeghjklmprstvwz');
looksLike('ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ', 'abcdefghijklmnoprstuvwyz');
looksLike('ıɩɑɡøłđðħŧ', 'iiagolddht');
looksLike('æœßþ', 'ae oe ss th');
for (let letter = 0; letter < 26; letter++) {
  // 🅐 and 🅰, which no normalization knows.
  for (const first of [0x1f150, 0x1f170]) {
    LOOKALIKES.set(String.fromCodePoint(first + letter), String.fromCodePoint(0x61 + letter));
  }
}

// Accents, and the vowel points that Arabic and Hebrew may leave out; not the vowel signs of Indic scripts nor the
// voicing of kana, which are half of the word.
const DIACRITICS = /(?=\p{Mn})(?![\u3099\u309A])[\p{sc=Inherited}\p{sc=Hebrew}\p{sc=Cyrillic}]/gu;
const ASCII = /^[\0-\x7F]*$/;

const fold = (text: string): string => {
  let folded = text.toLowerCase();
  if (!ASCII.test(text)) {
    const bare = text
      .normalize('NFKD')
      .toLowerCase()
      .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
      .replace(DIACRITICS, '');
    folded = Array.from(bare, (character) => LOOKALIKES.get(character) ?? character).join('');
  }
  return (folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(' ');
};

/** Of the words of a policy and the names of the newsroom, which are compared with every comment anew. */
const kept = new Map<string, string>();
const KEPT_MAX = 20_000;

/** The words of a text as they are compared, parted by single blanks; `''` where there is none. */
export const foldWords = (text: string): string => {
  if (text.length > 100) return fold(text);
  const known = kept.get(text);
  if (known !== undefined) return known;
  const folded = fold(text);
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(text, folded);
  return folded;
};

/** A name as it looks from afar: without blanks, and with `I`, `l` and `1`, `O` and `0`, `rn` and `m` as one. */
export const lookOf = (name: string): string =>
  foldWords(name.replaceAll('|', 'l'))
    .replace(/ /g, '')
    .replace(/[i1]/g, 'l')
    .replace(/0/g, 'o')
    .replace(/rn/g, 'm');

/** A text made ready to be searched for many words. */
export interface SearchedText {
  /** ` | first text | second text | `, folded: no phrase reaches from one text into the next. */
  line: string;
  words: ReadonlySet<string>;
}

export const searchedText = (texts: readonly string[]): SearchedText => {
  const folded = texts.map(foldWords);
  return { line: ` | ${folded.join(' | ')} | `, words: new Set(folded.flatMap((text) => text.split(' '))) };
};

// Scripts written without blanks: there a word is found wherever it stands.
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** The first of `patterns`, words or phrases, that the text contains. */
export const firstWordIn = ({ line, words }: SearchedText, patterns: readonly string[]): string | undefined =>
  patterns.find((pattern) => {
    const phrase = foldWords(pattern);
    if (phrase === '') return false;
    if (UNSPACED.test(phrase)) return line.includes(phrase);
    // The set first: most words of a long list are not there, and no text is searched for those.
    return words.has(phrase.split(' ')[0]!) && line.includes(` ${phrase} `);
  });

/** A domain in the one spelling in which domains are compared, or `''` for what is none. */
export const domainKey = (text: string): string => {
  const domain = domainToASCII(text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, ''));
  return /^[a-z\d_-]+(?:\.[a-z\d_-]+)+$/.test(domain) ? domain : '';
};

/** Everything in a text that could be a domain: of addresses with and without `https://`, and of e-mails. */
const domainsIn = (text: string): string[] =>
  text
    .normalize('NFKC')
    .split(/[^\p{L}\p{M}\p{N}\p{Default_Ignorable_Code_Point}._-]+/u)
    .filter((word) => word.includes('.') && word.length <= 300)
    .map((word) => domainKey(word.replace(/^\.+|\.+$/g, '')));

/** The first domain of `blocked`, as domainKey writes it, that stands in one of the texts, itself or a part of it. */
export const blockedDomainIn = (texts: readonly string[], blocked: readonly string[]): string | undefined => {
  if (blocked.length === 0) return undefined;
  const wanted = new Set(blocked);
  for (const domain of texts.flatMap(domainsIn)) {
    const labels = domain.split('.');
    const found = labels.map((_, index) => labels.slice(index).join('.')).find((part) => wanted.has(part));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** How many addresses a text leads to, clickable or to be copied. */
export const countLinks = (text: string): number =>
  text.match(/https?:\/\/|(?<![\p{L}\p{N}./])www\.(?=[\p{L}\p{N}])/giu)?.length ?? 0;
