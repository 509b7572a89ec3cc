// A small site for the bench, written over HTTP: articles of about 5 KB, and one with comments. The same each time.

const WORDS =
  'harbour council bridge ferry budget night report river market school station strike storm vote union'.split(
    ' ',
  );

/** About 5 KB of Markdown, the same for the same number. */
const textOf = (seed: number): string => {
  let state = seed + 1;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return WORDS[state % WORDS.length] ?? '';
  };
  const paragraph = () => `${Array.from({ length: 90 }, next).join(' ')}.`;
  return Array.from({ length: 8 }, paragraph).join('\n\n');
};

export interface Seeded {
  /** Of the newest article, which has the comments. */
  slug: string;
}

const AT_ONCE = 32;

export const seed = async (
  base: string,
  key: string,
  { articles, comments }: { articles: number; comments: number },
): Promise<Seeded> => {
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { id: string; slug: string };
  };
  const authors = ['ada-okafor', 'jon-berg', 'mei-tan'];
  for (const name of ['Ada Okafor', 'Jon Berg', 'Mei Tan']) await post('/v1/manage/authors', { name });
  let last = { id: '', slug: '' };
  for (let first = 0; first < articles; first += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, articles - first) }, (_, offset) => {
      const n = first + offset;
      return post('/v1/manage/articles', {
        title: `Report ${n} from the harbour`,
        body: { format: 'markdown', source: textOf(n) },
        authors: [authors[n % 3]],
        tags: [WORDS[n % 15], WORDS[(n * 7) % 15]].filter((tag, index, all) => all.indexOf(tag) === index),
        status: 'published',
        publishedAt: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
      });
    });
    last = (await Promise.all(batch)).at(-1) ?? last;
  }
  for (let n = 0; n < comments; n++)
    await post(`/v1/manage/articles/${last.id}/comments`, { body: `Thank you for writing, number ${n}.` });
  return { slug: last.slug };
};

/** The nth comment of a reader, each from another one. */
export const commentOf = (n: number): string =>
  JSON.stringify({
    authorName: `Reader ${n}`,
    authorEmail: `reader${n}@mail.example`,
    body: `A thought, number ${n}.`,
  });
