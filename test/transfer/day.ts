// A day at a newspaper, over HTTP: every kind of write, so that everything that is kept twice has moved.
import { settleDue } from '../../src/articles/schedule.ts';
import type { Role } from '../../src/db/schema/columns.ts';
import { createArticle, createAuthor } from '../articles/make.ts';
import { post, postAs } from '../comments/seed.ts';
import type { TestSite } from '../site.ts';

const ARTICLES = '/v1/manage/articles';
const COMMENTS = '/v1/manage/comments';
const MINUTE = 60_000;

/** What the day leaves of a kind that later tests break. */
export interface Evening {
  /** Public, with a tag, a section, a staged change and a thread of comments. */
  article: string;
  /** A reply, shown. */
  reply: string;
}

/** Needs a site with NO_FLOOD. */
export const spendDay = async (site: TestSite): Promise<Evening> => {
  const tell = async (method: string, url: string, body?: object, as: Role = 'admin') => {
    site.clock.now += MINUTE;
    const answer = await site.ask(method, url, { as, headers: { 'if-match': '*' }, ...(body && { body }) });
    if (answer.status >= 400) throw new Error(`${method} ${url}: ${answer.text}`);
    return answer.body;
  };
  const { id: jon } = await createAuthor(site, 'Jon Berg');
  const { id: ada } = await createAuthor(site);
  const city = await tell('POST', '/v1/manage/sections', { name: 'City' });
  const town = await tell('POST', '/v1/manage/sections', { name: 'Town' });
  await tell('PATCH', `/v1/manage/sections/${city.id}`, { name: 'The city' });
  const of = { section: 'city', tags: ['Harbour', 'Port'], authors: ['jon-berg', 'ada-okafor'] };

  // Every way of an article, and its links on the way.
  const bridge = (await createArticle(site, { ...of, title: 'Bridge', status: 'published' })).id;
  const ferry = (await createArticle(site, { ...of, title: 'Ferry' }, 'reporter')).id;
  const quay = (await createArticle(site, { ...of, title: 'Quay', section: 'town', tags: ['Port'] })).id;
  await tell('PATCH', `${ARTICLES}/${bridge}`, { slug: 'the-bridge', body: { source: 'It closed.' } });
  await tell('POST', `${ARTICLES}/${ferry}/submit`);
  await tell('POST', `${ARTICLES}/${ferry}/return`, { note: 'More, please.' });
  await tell('PATCH', `${ARTICLES}/${ferry}`, { title: 'The ferry', unpublishAt: at(site, 40) });
  await tell('POST', `${ARTICLES}/${ferry}/publish`, { at: at(site, 20) });
  for (const move of ['publish', 'unpublish', 'publish', 'archive', 'restore', 'publish']) {
    await tell('POST', `${ARTICLES}/${quay}/${move}`);
  }
  await tell('POST', `${ARTICLES}/${quay}/corrections`, { text: 'Two lanes.' });
  const trashed = (await createArticle(site, { ...of, title: 'Trash', status: 'published' })).id;
  await tell('DELETE', `${ARTICLES}/${trashed}`);
  const erased = (await createArticle(site, { ...of, title: 'Gone', status: 'published' })).id;
  await post(site, erased, 'Lost with it');
  await tell('DELETE', `${ARTICLES}/${erased}`);
  await tell('DELETE', `${ARTICLES}/${erased}?permanent=true`);
  const parts = [];
  for (const title of ['Part one', 'Part two']) parts.push((await createArticle(site, { ...of, title })).id);
  await tell('POST', `${ARTICLES}/release`, { articles: parts.map((id) => ({ id, version: 1 })) });
  await createArticle(site, { ...of, title: 'Tomorrow', scheduledFor: at(site, 1440) });

  // What is staged: dropped, published, and left.
  await tell('PATCH', `${ARTICLES}/${quay}/staged`, { title: 'Quay, again' });
  await tell('DELETE', `${ARTICLES}/${quay}/staged`);
  await tell('PATCH', `${ARTICLES}/${quay}/staged`, { tags: ['Ships'], body: { source: 'Staged.' } });
  await tell('POST', `${ARTICLES}/${quay}/publish`);
  await tell('PATCH', `${ARTICLES}/${bridge}/staged`, { tags: ['Ships'], body: { source: 'Staged.' } });
  await tell('POST', `${ARTICLES}/${bridge}/revisions/1/restore`);
  await tell('POST', `${ARTICLES}/${bridge}/previews`, { expiresIn: 3600 });

  // Many articles at once.
  const { items: tags } = await tell('GET', '/v1/manage/tags');
  const tag = (slug: string) => tags.find((known: { slug: string }) => known.slug === slug).id;
  await tell('POST', `/v1/manage/tags/${tag('port')}/merge`, { into: tag('harbour') });
  await tell('PATCH', `/v1/manage/tags/${tag('harbour')}`, { name: 'Harbours' });
  await tell('POST', `/v1/manage/sections/${town.id}/merge`, { into: city.id });
  await tell('POST', `/v1/manage/authors/${jon}/reassign`, { to: ada });
  await tell('PATCH', `/v1/manage/authors/${ada}`, { bio: 'Reports.' });
  const list = await tell('POST', '/v1/manage/lists', { name: 'Front', items: [bridge, quay] });
  await tell('PATCH', `/v1/manage/lists/${list.id}`, { items: [quay] });
  await tell('PATCH', '/v1/manage/settings/site', { name: 'The Harbour' });
  const key = await tell('POST', '/v1/manage/keys', { name: 'Site', role: 'site' });
  await tell('POST', `/v1/manage/keys/${key.id}/rotate`, {});

  // Comments: said, judged, answered, reported, and taken back.
  const top = await postAs(site, 'approved', bridge, 'First');
  const reply = await postAs(site, 'approved', bridge, 'Second', { parentId: top });
  const below = await postAs(site, 'approved', bridge, 'Third', { parentId: reply });
  await postAs(site, 'spam', bridge, 'Buy', { authorName: 'Spam', authorEmail: 'spam@reader.example' });
  await postAs(site, 'pending', bridge, 'Who?', { authorName: 'New', authorEmail: 'new@reader.example' });
  await tell('POST', `/v1/comments/${top}/reports`, { reason: 'abuse' }, 'site');
  await site.ask('POST', `/v1/comments/${reply}/reports`, { body: { reason: 'spam' }, address: '192.0.2.9' });
  await tell('PATCH', `${COMMENTS}/${top}`, { status: 'rejected' });
  await tell('PATCH', `${COMMENTS}/${below}`, { body: 'Third, mended' });
  await tell('DELETE', `${COMMENTS}/${below}`);
  const other = await postAs(site, 'approved', quay, 'Elsewhere', { authorEmail: 'other@reader.example' });
  const under = await postAs(site, 'approved', quay, 'Below', { parentId: other });
  const deep = await postAs(site, 'approved', quay, 'Deeper', { parentId: under });
  await tell('DELETE', `${COMMENTS}/${deep}?permanent=true`);
  await tell('POST', '/v1/manage/privacy/erase', { email: 'other@reader.example', mode: 'delete' });

  // Time does the rest: one article begins and ends, one only begins.
  site.clock.now += 60 * MINUTE;
  await settleDue(site.ctx);
  return { article: bridge, reply };
};

const at = ({ clock }: TestSite, minutes: number) => new Date(clock.now + minutes * MINUTE).toISOString();
