// Articles to be found, made over HTTP.
import type { Role } from '../../src/db/schema/columns.ts';
import { createArticle } from '../articles/make.ts';
import type { TestSite } from '../site.ts';

/** A public article of this title and text. */
export const publish = (site: TestSite, title: string, source: string, more: object = {}) =>
  createArticle(site, { title, body: { format: 'markdown', source }, status: 'published', ...more });

/** The titles that a search finds, in its order; `more` are further parameters. */
export const found = async (site: TestSite, q: string, more = ''): Promise<string[]> => {
  const { body } = await site.ask('GET', `/v1/search?q=${encodeURIComponent(q)}${more}`);
  return body.items.map(({ title }: { title: string }) => title);
};

/** The titles that a key finds at the desk. */
export const foundBy = async (site: TestSite, as: Role, q: string, more = ''): Promise<string[]> => {
  const { body } = await site.ask('GET', `/v1/manage/articles?q=${encodeURIComponent(q)}${more}`, { as });
  return body.items.map(({ title }: { title: string }) => title);
};

/** Makes a move as an editor. */
export const move = (site: TestSite, id: string, name: string) =>
  site.ask('POST', `/v1/manage/articles/${id}/${name}`, { as: 'editor', headers: { 'if-match': '*' } });
