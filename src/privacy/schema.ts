// What somebody may ask of a publisher: all that is kept of their e-mail, or that it be forgotten.
import * as z from 'zod';
import { ManagedAuthor } from '../authors/schema.ts';
import { ManagedComment } from '../comments/schema.ts';
import { Instant, textOf } from '../core/fields.ts';

/** Any text, for what was imported may be no e-mail by our own rules. */
const Email = textOf(254).meta({
  maxLength: 254,
  description: 'In any case.',
  examples: ['maria@reader.example'],
});

export const PrivacyExportRequest = z.strictObject({ email: Email }).meta({ id: 'PrivacyExportRequest' });
export type PrivacyExportRequest = z.output<typeof PrivacyExportRequest>;

export const PrivacyExport = z
  .strictObject({
    exportedAt: Instant,
    comments: z.array(ManagedComment).optional().meta({ description: 'Oldest first.' }),
    authors: z.array(ManagedAuthor).optional().meta({ description: 'Whoever signs with this e-mail.' }),
  })
  .meta({
    id: 'PrivacyExport',
    description: 'Everything kept of one e-mail. An answer that is replayed tells only when it was given.',
  });
export type PrivacyExport = z.infer<typeof PrivacyExport>;

export const PrivacyErasure = z
  .strictObject({
    email: Email,
    mode: z.enum(['anonymise', 'delete']).meta({
      description:
        '`anonymise`: the texts stay, without a name. `delete`: the texts go too; where replies hang below, a place stays.',
    }),
  })
  .meta({ id: 'PrivacyErasure' });
export type PrivacyErasure = z.output<typeof PrivacyErasure>;

export const PrivacyErased = z
  .strictObject({
    comments: z.number().int().meta({ description: 'How many were anonymised or deleted.' }),
    authors: z.number().int().meta({ description: 'Authors who lost this e-mail; they keep their bylines.' }),
  })
  .meta({ id: 'PrivacyErased' });
export type PrivacyErased = z.infer<typeof PrivacyErased>;
