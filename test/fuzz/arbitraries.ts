// Values for the schemas of the OpenAPI document: such as they ask for, and such as they do not.
import fc from 'fast-check';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

/** Ids, slugs and cursors that the site has told so far, the latest last. */
export type Known = string[];

/** Lists in a request are made no longer than this, unless the schema wants them so. */
const ITEMS_MAX = 4;
const TEXT_MAX = 60;
const FEW = 3;

/** Texts that have broken other systems. */
const NASTY = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202eabc',
  "'; drop table articles; --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '__proto__',
  'x'.repeat(20_000),
  '🦜'.repeat(400),
  '1e999',
  'null',
  '2026-02-30T25:61:00Z',
];

export const nastyText = fc.constantFrom(...NASTY);

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  nastyText,
  // Written as a literal it would be no key.
  fc.constant<unknown>(JSON.parse('{"__proto__": {"role": "admin"}}')),
);

/** An object of all `required` fields and of few others: of many, one would always be wrong. */
export const few = <T>(fields: Record<string, fc.Arbitrary<T>>, required: readonly string[]) =>
  fc.shuffledSubarray(Object.keys(fields).filter((name) => !required.includes(name))).chain((optional) => {
    const names = [...required, ...optional.slice(0, FEW)];
    return fc.record(Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))));
  });

export const createArbitraries = (components: Record<string, Schema>, known: Known) => {
  const knownText = fc.nat().map((n) => known[n % Math.max(1, known.length)] ?? 'nothing');

  const text = ({ format, pattern, minLength = 0, maxLength = TEXT_MAX }: Schema): fc.Arbitrary<unknown> => {
    const plain = fc.string({
      unit: 'grapheme',
      minLength,
      maxLength: Math.max(minLength, Math.min(maxLength, TEXT_MAX)),
    });
    switch (format) {
      case 'uuid':
        return fc.oneof({ weight: 4, arbitrary: knownText }, fc.uuid());
      case 'date-time':
        return fc
          .date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
          .map((date) => date.toISOString());
      case 'uri':
        return fc.webUrl();
      case 'email':
      case 'idn-email':
        return fc.emailAddress();
      default:
        return fc.oneof(
          { weight: 2, arbitrary: knownText },
          plain,
          ...(pattern === undefined ? [] : [fc.stringMatching(new RegExp(pattern, 'u'))]),
        );
    }
  };

  const object = (schema: Schema): fc.Arbitrary<unknown> => {
    const { properties = {}, required = [], additionalProperties } = schema;
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, field]) => [name, wanted(field)]),
    );
    const record = few(fields, required);
    if (typeof additionalProperties !== 'object') return record;
    const more = fc.dictionary(fc.string({ maxLength: 8 }), wanted(additionalProperties), {
      maxKeys: ITEMS_MAX,
    });
    return fc.tuple(more, record).map(([some, others]) => ({ ...some, ...others }));
  };

  /** What the schema asks for, as far as a schema can say it. */
  const wanted = (schema: Schema): fc.Arbitrary<unknown> => {
    if (schema.$ref !== undefined) return wanted(components[schema.$ref.split('/').at(-1) ?? ''] ?? {});
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.const !== undefined) return fc.constant(schema.const);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return fc.oneof(...choices.map(wanted));
    if (schema.allOf?.[0] !== undefined) return wanted(schema.allOf[0]);
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    const { minimum = -1_000, maximum = 1_000, minItems = 0, maxItems = ITEMS_MAX } = schema;
    switch (type) {
      case 'string':
        return text(schema);
      case 'integer':
        return fc.integer({ min: minimum, max: Math.max(minimum, maximum) });
      case 'number':
        return fc.double({ min: minimum, max: Math.max(minimum, maximum), noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(wanted(schema.items ?? {}), {
          minLength: minItems,
          maxLength: Math.max(minItems, Math.min(maxItems, ITEMS_MAX)),
        });
      case 'object':
        return object(schema);
      default:
        return anyJson;
    }
  };

  /** What the schema asks for, with one field of it missing, unknown or of another kind; or something else altogether. */
  const unwanted = (schema: Schema): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 1, arbitrary: anyJson },
      {
        weight: 4,
        arbitrary: fc
          .tuple(wanted(schema), fc.nat(), fc.constantFrom('missing', 'other', 'unknown'), anyJson)
          .map(([value, at, how, other]) => {
            if (typeof value !== 'object' || value === null || Array.isArray(value)) return other;
            const names = Object.keys(value);
            const name = names[at % Math.max(1, names.length)] ?? 'nothing';
            const { [name]: _, ...rest } = value as Record<string, unknown>; // an object, as was just asked
            if (how === 'missing') return rest;
            return how === 'other' ? { ...rest, [name]: other } : { ...value, isAdmin: other };
          }),
      },
    );

  return { wanted, unwanted };
};
