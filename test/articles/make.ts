// Articles and authors for tests, made over HTTP as a newsroom makes them.
import type { Role } from '../../src/db/schema/columns.ts';
import type { TestSite } from '../site.ts';

export const PUBLISHABLE = {
  title: 'Harbour bridge reopens',
  body: { format: 'markdown', source: 'The bridge **reopened** on Monday.' },
};

// biome-ignore lint/suspicious/noExplicitAny: the contract has checked the shape
type Made = any;

/** The author of this name, made on the first call. */
export const createAuthor = async (site: TestSite, name = 'Ada Okafor'): Promise<Made> => {
  const slug = name.toLowerCase().replace(' ', '-');
  const known = await site.ask('GET', `/v1/manage/authors?slug=${slug}`, { as: 'admin' });
  if (known.body.items.length > 0) return known.body.items[0];
  const email = `${slug.split('-')[0]}@news.example`;
  return (await site.ask('POST', '/v1/manage/authors', { as: 'admin', body: { name, email } })).body;
};

/** An article that could be published, with `more` on top; `as` an editor by default. */
export const createArticle = async (
  site: TestSite,
  more: object = {},
  as: Role = 'editor',
): Promise<Made> => {
  await createAuthor(site);
  const body = { ...PUBLISHABLE, authors: ['ada-okafor'], ...more };
  const answer = await site.ask('POST', '/v1/manage/articles', { as, body });
  if (answer.status !== 201) throw new Error(`no article: ${answer.text}`);
  return answer.body;
};
