// What an author is: a byline, not a login. Wire services and guests are authors too.
import * as z from 'zod';
import {
  commaList,
  Email,
  flag,
  HttpUrl,
  IdOrSlug,
  IdOut,
  Instant,
  listOf,
  paging,
  Slug,
  Source,
  textOf,
} from '../core/fields.ts';

const AuthorLink = z
  .strictObject({
    rel: textOf(50).meta({ description: 'What it is.', examples: ['mastodon'] }),
    url: HttpUrl,
  })
  .meta({ id: 'AuthorLink' });

const Name = textOf(200).meta({ examples: ['Ada Okafor'] });

/** What anyone may see. */
const publicFields = {
  id: IdOut,
  slug: Slug,
  name: Name,
  bio: z.string().nullable(),
  avatarUrl: z.string().nullable().meta({ format: 'uri' }),
  website: z.string().nullable().meta({ format: 'uri' }),
  links: z.array(AuthorLink),
  articleCount: z.number().int().meta({ description: 'Public articles that name this author.' }),
};

export const Author = z.strictObject(publicFields).meta({ id: 'Author' });
export type Author = z.infer<typeof Author>;

export const ManagedAuthor = z
  .strictObject({
    ...publicFields,
    email: z.string().nullable().meta({ format: 'idn-email', description: 'Never public.' }),
    active: z.boolean().meta({ description: 'Inactive authors stay on old articles and leave the lists.' }),
    source: Source.nullable(),
    version: z.number().int(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'ManagedAuthor' });
export type ManagedAuthor = z.infer<typeof ManagedAuthor>;

/** What may be written, with no defaults: a change must not reset what it does not name. */
const input = {
  slug: Slug.optional().meta({ description: 'Made from the name when left out.' }),
  bio: textOf(5_000, 0).nullable().optional(),
  avatarUrl: HttpUrl.nullable().optional(),
  website: HttpUrl.nullable().optional(),
  links: z.array(AuthorLink).max(20).optional(),
  email: Email.nullable().optional().meta({ description: 'Unique, in any case. Never public.' }),
  active: z.boolean().optional(),
  source: Source.nullable().optional(),
};

export const NewAuthor = z.strictObject({ name: Name, ...input }).meta({ id: 'NewAuthor' });
export type NewAuthor = z.output<typeof NewAuthor>;

export const AuthorChange = z.strictObject({ name: Name.optional(), ...input }).meta({ id: 'AuthorChange' });
export type AuthorChange = z.output<typeof AuthorChange>;

export const AuthorList = listOf('AuthorList', Author);
export const ManagedAuthorList = listOf('ManagedAuthorList', ManagedAuthor);

export const AuthorQuery = z.strictObject({ ...paging });
export type AuthorQuery = z.output<typeof AuthorQuery>;

export const ManagedAuthorQuery = z.strictObject({
  ...paging,
  active: flag.optional(),
  slug: commaList(IdOrSlug).optional(),
});
export type ManagedAuthorQuery = z.output<typeof ManagedAuthorQuery>;
