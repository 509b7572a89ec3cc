// The site's settings over HTTP.
import { may } from '../access/roles.ts';
import { type Endpoint, endpoint, itemReply } from '../http/endpoint.ts';
import { SiteSettings, SiteSettingsChange } from './schema.ts';
import { changeSite, siteSettings } from './service.ts';

const tag = 'Site';

export const settingsRoutes = (): Endpoint[] => [
  endpoint({
    method: 'GET',
    url: '/v1/manage/settings/site',
    id: 'readSiteSettings',
    tag,
    summary: 'Read the site settings',
    access: may.manageSite,
    answers: {
      200: { description: 'The settings as they hold now.', schema: SiteSettings, headers: ['ETag'] },
    },
    run: (ctx) => siteSettings(ctx.read),
    reply: itemReply,
  }),
  endpoint({
    method: 'PATCH',
    url: '/v1/manage/settings/site',
    id: 'updateSiteSettings',
    tag,
    summary: 'Change the site settings',
    access: may.manageSite,
    ifMatch: 'optional',
    body: SiteSettingsChange,
    example: { name: 'The Harbour Times', language: 'en-GB' },
    answers: {
      200: { description: 'The settings as they hold now.', schema: SiteSettings, headers: ['ETag'] },
    },
    run: (ctx, { body, ifMatch }) => changeSite(ctx, body, ifMatch),
    reply: itemReply,
  }),
];
