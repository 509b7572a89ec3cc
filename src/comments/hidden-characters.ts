// Characters that nobody sees and that turn a text into another one: bidirectional overrides ("Trojan Source",
// CVE-2021-42574), blanks without width, letters without shape. The same joiners spell Persian, Hindi and a family
// emoji, and are left alone there.

// Where a joiner belongs: after a letter or sign of a script that joins, or within an emoji.
const JOINS =
  '\\p{scx=Arab}\\p{sc=Syrc}\\p{sc=Nkoo}\\p{sc=Mong}\\p{scx=Deva}\\p{scx=Beng}\\p{scx=Guru}\\p{scx=Gujr}\\p{scx=Orya}\\p{scx=Taml}\\p{scx=Telu}\\p{scx=Knda}\\p{scx=Mlym}\\p{scx=Sinh}\\p{sc=Mymr}\\p{sc=Khmr}\\p{sc=Tibt}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F\\u{E007F}';
// Written without blanks: there U+200B tells where a line may break.
const BREAKS = '\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}';

const HIDDEN = new RegExp(
  [
    // Overrides, embeddings and isolates. The plain marks U+200E, U+200F and U+061C are used in honest Arabic and Hebrew.
    '[\\u202A-\\u202E\\u2066-\\u2069]',
    // Invisible operators, the byte order mark, Hangul fillers, the Mongolian vowel separator.
    '[\\u2060-\\u2064\\u206A-\\u206F\\uFEFF\\u180E\\u115F\\u3164\\uFFA0]',
    `(?<![${BREAKS}])\\u200B`,
    `(?<![${JOINS}])[\\u200C\\u200D]`,
    // Tags spell the flags of England, Scotland and Wales after a black flag, and secrets anywhere else.
    '(?<![\\u{1F3F4}\\u{E0020}-\\u{E007E}])[\\u{E0001}\\u{E0020}-\\u{E007F}]',
  ].join('|'),
  'u',
);

/** The first hidden character of a text as `U+202E`, or undefined. */
export const hiddenCharacterIn = (text: string): string | undefined => {
  const found = HIDDEN.exec(text)?.[0].codePointAt(0);
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, '0')}`;
};
