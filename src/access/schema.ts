// What an API key looks like over HTTP.
import * as z from 'zod';
import { Id, IdOut, Instant, InstantInput, listOf, paging, textOf } from '../core/fields.ts';
import { ROLES } from '../db/schema/columns.ts';

export const Role = z
  .enum(ROLES)
  .meta({ id: 'Role', description: 'What a key may do; README has the table.' });

const Name = textOf(100).meta({
  description: 'Whose key it is, for the audit log.',
  examples: ['News desk'],
});

export const ApiKey = z
  .strictObject({
    id: IdOut,
    name: Name,
    role: Role,
    authorId: IdOut.nullable().meta({ description: 'The author whose articles are this key’s own.' }),
    hint: z.string().meta({ description: 'How the key begins.', examples: ['mh_4fQz81Lc'] }),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
    lastUsedAt: Instant.nullable().meta({ description: 'To the minute.' }),
    version: z.number().int(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const IssuedApiKey = ApiKey.extend({
  secret: z
    .string()
    .optional()
    .meta({
      description:
        'The key itself. It is shown this once and stored nowhere: a replayed answer is without it.',
      examples: ['mh_4fQz81LcR0nVbTq6yWm2PdXe9KsAg7Uh4EWTQC'],
    }),
}).meta({ id: 'IssuedApiKey' });
export type IssuedApiKey = ApiKey & { secret: string };

export const NewApiKey = z
  .strictObject({
    name: Name,
    role: Role,
    authorId: Id.nullable().optional(),
    expiresAt: InstantInput.nullable().optional(),
  })
  .meta({ id: 'NewApiKey' });
export type NewApiKey = z.output<typeof NewApiKey>;

export const ApiKeyChange = NewApiKey.partial().meta({ id: 'ApiKeyChange' });
export type ApiKeyChange = z.output<typeof ApiKeyChange>;

export const Rotation = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(604_800)
      .optional()
      .meta({ description: 'How long the old secret still works; 0 when left out.', examples: [3600] }),
  })
  .meta({ id: 'Rotation' });

export const ApiKeyList = listOf('ApiKeyList', ApiKey);
export const ApiKeyQuery = z.strictObject({ ...paging });
export type ApiKeyQuery = z.output<typeof ApiKeyQuery>;

export const Me = z
  .strictObject({
    id: IdOut,
    name: Name,
    role: Role,
    authorId: IdOut.nullable(),
    may: z.array(z.string()).meta({ description: 'What this key may do.', examples: [['readArticles']] }),
  })
  .meta({ id: 'Me' });
