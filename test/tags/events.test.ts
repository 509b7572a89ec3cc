import { test } from 'tap';
import { testSite } from '../site.ts';

const SECTIONS = '/v1/manage/sections';
const TAGS = '/v1/manage/tags';

test('the events of a section name every public answer that shows it, under both its slugs', async (t) => {
  const site = await testSite(t);
  const { body: section } = await site.ask('POST', SECTIONS, { as: 'editor', body: { name: 'Politics' } });
  await site.ask('PATCH', `${SECTIONS}/${section.id}`, { as: 'editor', body: { slug: 'power' } });
  await site.ask('DELETE', `${SECTIONS}/${section.id}`, { as: 'editor' });
  const { events } = site.database.read.tables;
  const rows = await site.database.read.select().from(events);
  t.same(
    rows
      .filter(({ subject }) => subject === `section:${section.id}`)
      .map(({ action, version, tags }) => [action, version, tags]),
    [
      ['section.created', 1, ['section:politics', 'sections', 'site']],
      ['section.updated', 2, ['section:politics', 'section:power', 'sections', 'site']],
      ['section.deleted', 2, ['section:power', 'sections', 'site']],
    ],
  );
});

test('the events of a tag name every public answer that shows it, under both its slugs', async (t) => {
  const site = await testSite(t);
  const { body: tag } = await site.ask('POST', TAGS, { as: 'editor', body: { name: 'Harbour' } });
  await site.ask('PATCH', `${TAGS}/${tag.id}`, { as: 'editor', body: { slug: 'port' } });
  await site.ask('DELETE', `${TAGS}/${tag.id}`, { as: 'editor' });
  const { events } = site.database.read.tables;
  const rows = await site.database.read.select().from(events);
  t.same(
    rows
      .filter(({ subject }) => subject === `tag:${tag.id}`)
      .map(({ action, version, tags }) => [action, version, tags]),
    [
      ['tag.created', 1, ['tag:harbour', 'tags']],
      ['tag.updated', 2, ['tag:harbour', 'tag:port', 'tags']],
      ['tag.deleted', 2, ['tag:port', 'tags']],
    ],
  );
});
