// Preview links over HTTP.
import * as z from 'zod';
import { IdOut, Instant, listOf } from '../core/fields.ts';
import { KeyLink } from './schema.ts';

const DAY_SECONDS = 86_400;

const previewFields = {
  id: IdOut,
  version: z.number().int().meta({ description: 'The version of the article that the link shows.' }),
  createdAt: Instant,
  createdBy: KeyLink.nullable(),
  expiresAt: Instant,
};

export const Preview = z.strictObject(previewFields).meta({ id: 'Preview' });
export type Preview = z.infer<typeof Preview>;

export const PreviewLink = z
  .strictObject({
    ...previewFields,
    token: z.string().optional().meta({ description: 'Shown this once, and not in a replayed answer.' }),
    url: z.string().optional().meta({ format: 'uri', description: 'What to send to who may read it.' }),
  })
  .meta({ id: 'PreviewLink' });
export type PreviewLink = z.infer<typeof PreviewLink>;

export const NewPreview = z
  .strictObject({
    expiresIn: z
      .number()
      .int()
      .min(60)
      .max(30 * DAY_SECONDS)
      .default(DAY_SECONDS)
      .meta({ description: 'Seconds until the link ends; a day when left out, 30 days at most.' }),
  })
  .meta({ id: 'NewPreview' });
export type NewPreview = z.output<typeof NewPreview>;

export const PreviewList = listOf('PreviewList', Preview);
