// A site's frame in one call: what it is called, and its sections in their order.
import { asc, eq } from 'drizzle-orm';
import { type Db, prepared } from '../db/dialect.ts';
import { type Endpoint, endpoint, publicReply } from '../http/endpoint.ts';
import { Site } from '../settings/schema.ts';
import { siteView } from '../settings/view.ts';

/** What a site is called and looks like. */
export const siteOf = async (db: Db): Promise<Omit<Site, 'sections'>> => {
  const query = prepared(db, 'site', () => {
    const { settings } = db.tables;
    return db.select({ value: settings.value }).from(settings).where(eq(settings.name, 'site'));
  });
  const [stored] = await query.execute();
  return siteView(stored?.value);
};

const readSite = async (db: Db): Promise<Site> => {
  const query = prepared(db, 'site_sections', () => {
    const { sections } = db.tables;
    return db
      .select({ id: sections.id, slug: sections.slug, name: sections.name })
      .from(sections)
      .orderBy(asc(sections.position), asc(sections.id));
  });
  const inOrder = await query.execute();
  return { ...(await siteOf(db)), sections: inOrder };
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
