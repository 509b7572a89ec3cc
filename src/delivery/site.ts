// A site's frame in one call: what it is called, and its sections in their order.
import { asc, eq } from 'drizzle-orm';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { Site } from '../settings/schema.ts';
import { siteView } from '../settings/view.ts';

const readSite = async (db: Db): Promise<Site> => {
  const { sections, settings } = db.tables;
  const site = prepared(db, 'site', () =>
    db.select({ value: settings.value }).from(settings).where(eq(settings.name, 'site')),
  );
  const frame = prepared(db, 'site_sections', () =>
    db
      .select({ id: sections.id, slug: sections.slug, name: sections.name })
      .from(sections)
      .orderBy(asc(sections.position), asc(sections.id)),
  );
  const [stored] = await site.execute();
  const inOrder = await frame.execute();
  return { ...siteView(stored?.value), sections: inOrder };
};

export const deliveredSite = (): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/site',
    id: 'readSite',
    tag: 'Site',
    summary: 'Read a site’s frame',
    description: 'Name, description, language, logo and sections: what a website needs to draw its frame.',
    access: 'anyone',
    answers: { 200: { description: 'The site.', schema: Site, headers: ['ETag'] } },
    run: ({ read }) => readSite(read),
    reply: (site) => publicReply(site, ['site']),
  }),
];
