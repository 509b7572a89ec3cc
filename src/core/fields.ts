// The building blocks of every schema: lengths counted in code points, instants with an offset, URLs that a page may
// link to. What is said here in `.meta()` is what the OpenAPI document says.
import * as z from 'zod';
import { parseInstant } from './clock.ts';
import { isId } from './id.ts';
import type { JsonObject } from './merge.ts';
import { DEFAULT_LIMIT } from './page.ts';
import { countCodePoints, isSlug } from './text.ts';

/** A fault of ours: after it, nothing else is found wrong with the same value. */
const fault = (code: string, message: string) => ({ params: { code }, message, abort: true });

const isAtMost = (max: number) => (text: string) => text.length <= max || countCodePoints(text) <= max;

/** Text of `min`–`max` Unicode code points, not only blanks unless it may be empty. */
export const textOf = (max: number, min: 0 | 1 = 1) =>
  z
    .string()
    .refine((text) => min === 0 || /\S/u.test(text), fault('blank', 'must not be blank'))
    .refine(isAtMost(max), fault('too_long', `must have at most ${max} characters`))
    .meta({ minLength: min, maxLength: max });

/** Reads text as a value of another type; where `read` gives nothing, that is a fault. */
const readAs = <T>(read: (text: string) => T | undefined, code: string, message: string) =>
  z.string().transform((text, check) => {
    const value = read(text);
    if (value !== undefined) return value;
    check.issues.push({ code: 'custom', params: { code }, message, input: text });
    return z.NEVER;
  });

/** An instant as it is answered. */
export const Instant = z.string().meta({
  format: 'date-time',
  description: 'RFC 3339, UTC, milliseconds.',
  examples: ['2026-03-01T06:30:00.000Z'],
});

/** An instant as it is sent, with any offset; becomes milliseconds since the epoch. */
export const InstantInput = readAs(
  parseInstant,
  'instant_invalid',
  'must be an RFC 3339 instant with an offset, such as 2026-03-01T06:30:00Z',
).meta({ format: 'date-time', examples: ['2026-03-01T07:30:00+01:00'] });

export const Id = z
  .string()
  .refine(isId, fault('id_invalid', 'must be a UUID'))
  .transform((id) => id.toLowerCase())
  .meta({
    format: 'uuid',
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    examples: ['01890a5d-ac96-774b-bcce-b302099a8057'],
  });

/** An id as it is answered. */
export const IdOut = z.string().meta({ format: 'uuid', examples: ['01890a5d-ac96-774b-bcce-b302099a8057'] });

export const Slug = z
  .string()
  .refine(
    isSlug,
    fault(
      'slug_invalid',
      'must be 1–100 lower-case letters and digits joined by single hyphens, and not look like an id',
    ),
  )
  .meta({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 100, examples: ['harbour-bridge-reopens'] });

/** In a path or a reference: either spelling of one item. */
export const IdOrSlug = z
  .string()
  .max(200)
  .meta({ description: 'The id or the slug.', examples: ['harbour-bridge-reopens'] });

/** In a body: an item as a caller names it, by id or slug, bare or in what a GET gave. */
export const referenceTo = (noun: string) =>
  z
    .union([
      z
        .string()
        .max(200)
        .meta({ description: `The id or slug of ${noun}.` }),
      z.object({ id: Id }).transform(({ id }) => id),
      z.object({ slug: Slug }).transform(({ slug }) => slug),
    ])
    .meta({ examples: ['harbour-bridge-reopens'] });

const isHttpUrl = (text: string): boolean => {
  // Blanks and controls are what browsers cut out of a URL before they follow it.
  if (!/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
};

/** Only characters that RFC 3986 knows; else the same URL with the others percent-encoded, the host in punycode. */
const asUri = (text: string): string =>
  /^[\w.~:/?#@!$&'()*+,;=%[\]-]+$/.test(text) ? text : new URL(text).href;

/** An absolute http(s) URL without credentials, at most 2,000 characters as a URI. */
export const HttpUrl = z
  .string()
  .refine(isHttpUrl, fault('url_invalid', 'must be an absolute http or https URL'))
  .overwrite(asUri)
  .refine(isAtMost(2_000), fault('too_long', 'must have at most 2000 characters'))
  .meta({ format: 'uri', maxLength: 2_000, examples: ['https://news.example/harbour-bridge'] });

/** Whether text could be an e-mail's: one @, a dot in the domain, no blanks. Not whether it is anybody's. */
export const isEmail = (text: string): boolean => {
  const [local = '', domain = '', ...rest] = text.split('@');
  if (rest.length > 0 || local === '' || local.length > 64 || /[\s<>"(),:;\\[\]]/u.test(text)) return false;
  const labels = domain.split('.');
  return (
    labels.length > 1 &&
    labels.every((label) => /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u.test(label))
  );
};

export const Email = textOf(254)
  .refine(isEmail, fault('email_invalid', 'must be an e-mail address'))
  .meta({ format: 'idn-email', maxLength: 254, examples: ['newsdesk@news.example'] });

const canonicalLanguage = (text: string): string | undefined => {
  try {
    return text.length <= 35 ? Intl.getCanonicalLocales(text)[0] : undefined;
  } catch {
    return undefined;
  }
};

/** A BCP 47 language tag, in its canonical case. */
export const Language = readAs(
  canonicalLanguage,
  'language_invalid',
  'must be a BCP 47 language tag, such as en or pt-BR',
).meta({ maxLength: 35, examples: ['en'] });

export const LanguageOut = z.string().meta({ description: 'BCP 47.', examples: ['en'] });

/** External identity: the system it came from and its id there; unique together. */
export const Source = z.strictObject({ system: textOf(50), id: textOf(200) }).meta({
  id: 'Source',
  description: 'Where an imported item came from, and its id there; unique together.',
  examples: [{ system: 'wordpress', id: '4711' }],
});

/**
 * A JSON object of any content: what came through JSON.parse holds nothing else. Its document is open and not
 * recursive, for client generators make a type of it that refers to itself.
 */
export const AnyObject = z
  .custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    params: { code: 'wrong_type' },
    message: 'must be an object',
  })
  .meta({ type: 'object', additionalProperties: true });

/** JSON of an integration's own, at most 16 KB when written out. */
export const Metadata = AnyObject.refine(
  (value) => Buffer.byteLength(JSON.stringify(value)) <= 16_384,
  fault('too_long', 'must be at most 16 KB of JSON'),
).meta({
  type: 'object',
  additionalProperties: true,
  description: 'Any JSON object, at most 16 KB.',
  examples: [{ printPage: 3 }],
});

/** One parameter that takes several values as a comma list. */
export const commaList = <T extends z.ZodType<unknown, string>>(item: T, max = 10) =>
  z
    .string()
    .refine((text) => !/^,|,,|,$/.test(text), fault('empty', 'may not hold an empty value'))
    .transform((text) => text.split(','))
    .pipe(z.array(item).max(max))
    .meta({ commaList: true, maxItems: max, items: itemSchema(item) });

/** Without its format: the documentation's browser looks for a form of its own for every format in a list. */
const itemSchema = (item: z.ZodType): object => {
  const { $schema, format, ...schema } = z.toJSONSchema(item, { io: 'input', unrepresentable: 'any' });
  return schema;
};

/** `true` or `false` in a query. */
export const flag = z
  .string()
  .refine((text) => text === 'true' || text === 'false', fault('not_allowed', 'must be true or false'))
  .transform((text) => text === 'true')
  .meta({ type: 'boolean' });

/** How many items an answer holds, from 1 to `max`; as many as `byDefault` where nothing is said. */
export const limitOf = (max: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/, `must be a whole number from 1 to ${max}`)
    .transform(Number)
    .pipe(z.number().min(1).max(max))
    .optional()
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: max,
      default: byDefault,
      description: 'How many items a page holds.',
    });

/** What every list takes. */
export const paging = {
  limit: limitOf(100, DEFAULT_LIMIT),
  cursor: z.string().max(1_000).meta({ description: '`nextCursor` of the page before.' }).optional(),
  total: flag.meta({ type: 'boolean', description: 'Count all items too, exactly up to 10,000.' }).optional(),
};

/** What every list gives, under the component name `id`. */
export const listOf = <T extends z.ZodType>(id: string, item: T) =>
  z
    .strictObject({
      items: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .meta({ description: 'Ask with it for the next page; null on the last one.' }),
      total: z.number().int().optional().meta({ description: 'Only with `total=true`.' }),
      totalCapped: z
        .boolean()
        .optional()
        .meta({ description: 'There are more than the 10,000 that were counted.' }),
    })
    .meta({ id });

/** What a change names: the fields it leaves out stay as they are. */
export const given = <T extends object>(change: T): Given<T> =>
  // The cast is what the filter has just made true.
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Given<T>;

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
