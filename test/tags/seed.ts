// Articles that are in sections and have tags, made the way the desk makes them.
import type { Answer, TestSite } from '../site.ts';

/** An id that nothing has. */
export const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Makes an article, a draft unless `more` says otherwise. */
export const write = (site: TestSite, title: string, more: object = {}): Promise<Answer> =>
  site.ask('POST', '/v1/manage/articles', {
    as: 'editor',
    body: { title, body: { format: 'markdown', source: `About ${title}.` }, ...more },
  });

/** A function that publishes articles under one author. */
export const publisher = async (site: TestSite) => {
  const { body: author } = await site.ask('POST', '/v1/manage/authors', {
    as: 'editor',
    body: { name: 'Ada Okafor' },
  });
  return (title: string, more: object = {}): Promise<Answer> =>
    write(site, title, { status: 'published', authors: [author.id], ...more });
};

/** Every item of a list, asked for page by page; `between` runs after each page. */
export const walk = async (
  site: TestSite,
  url: string,
  as?: string,
  between: (page: number) => Promise<unknown> = async () => undefined,
) => {
  const items: { id: string; name: string; slug: string }[] = [];
  let cursor: string | null = null;
  for (let page = 1; page === 1 || cursor !== null; page++) {
    const sep = url.includes('?') ? '&' : '?';
    const { body, headers } = await site.ask('GET', cursor === null ? url : `${url}${sep}cursor=${cursor}`, {
      as,
    });
    items.push(...body.items);
    cursor = body.nextCursor;
    if ((cursor !== null) !== (headers.link !== undefined)) throw new Error('Link and nextCursor disagree');
    await between(page);
  }
  return items;
};
