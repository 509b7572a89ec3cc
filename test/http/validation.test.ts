// Requests against their schemas: the words and places of faults.
import * as fc from 'fast-check';
import { test } from 'tap';
import { z } from 'zod';
import { type Fault, Problem } from '../../src/core/problem.ts';
import { parseJson, parseParts, parseQuery } from '../../src/http/validation.ts';

const faultsOf = (where: 'body' | 'parameter', schema: z.ZodType, value: unknown, faults: Fault[] = []) => {
  try {
    parseParts([{ where, schema, value, faults }]);
    return [];
  } catch (error) {
    return error instanceof Problem ? error.errors : error;
  }
};

test('each kind of fault has its code, its place and a sentence without what was sent', async (t) => {
  const schema = z.strictObject({
    name: z.string(),
    role: z.enum(['a', 'b']),
    count: z.number().int().max(3),
    either: z.union([z.string(), z.strictObject({ id: z.string() })]).optional(),
    odd: z
      .string()
      .refine(() => false, 'is odd')
      .optional(),
  });
  const value = { role: 'secret', count: 4.5, either: 7, odd: 'x', extra: 'secret' };
  t.same(faultsOf('body', schema, value), [
    { pointer: '/name', code: 'required', message: 'is required' },
    { pointer: '/role', code: 'not_allowed', message: 'must be one of a, b' },
    { pointer: '/count', code: 'wrong_type', message: 'must be of type int' },
    { pointer: '/either', code: 'not_allowed', message: 'has none of the forms that fit here' },
    { pointer: '/odd', code: 'invalid', message: 'is odd' },
    { pointer: '/extra', code: 'unknown_field', message: 'is not a field of this request' },
  ]);
  t.match(faultsOf('body', schema, { name: 'x', role: 'a', count: 4 }), [
    { pointer: '/count', code: 'too_big' },
  ]);
});

test('of a value that may have several forms, what is wrong with the one that was meant is named', async (t) => {
  const schema = z.strictObject({
    by: z.array(
      z.union([
        z.string().max(3),
        z.strictObject({ author: z.string(), role: z.string().max(3).optional() }),
        z
          .object({ id: z.string(), role: z.string().max(3).transform(Number).optional() })
          .transform(Object.keys),
      ]),
    ),
  });
  const by = [
    'long',
    7,
    { id: 7 },
    { author: 'a', role: 'long', x: 1 },
    { id: 'a', role: 'long' },
    {},
    'ok',
    null,
  ];
  t.match(faultsOf('body', schema, { by }), [
    { pointer: '/by/0', code: 'too_big' },
    { pointer: '/by/1', code: 'not_allowed', message: 'has none of the forms that fit here' },
    { pointer: '/by/2/id', code: 'wrong_type' },
    { pointer: '/by/3/role', code: 'too_big' },
    { pointer: '/by/3/x', code: 'unknown_field' },
    { pointer: '/by/4/role', code: 'too_big' },
    { pointer: '/by/5/author', code: 'required' },
    { pointer: '/by/7', code: 'not_allowed' },
  ]);
  const nested = z.union([z.number(), z.strictObject({ in: z.union([z.boolean(), z.string().max(1)]) })]);
  t.match(faultsOf('body', nested, { in: 'ab' }), [{ pointer: '/in', code: 'too_big' }]);
});

test('a fault of a whole query, and one of a value in a list, name what they can', async (t) => {
  const whole = z
    .object({ a: z.string().optional() })
    .refine(() => false, { params: { code: 'too_few' }, message: 'needs one' });
  t.same(faultsOf('parameter', whole, {}), [{ parameter: '*', code: 'too_few', message: 'needs one' }]);
  const list = z.object({ ids: z.array(z.string().max(1)) });
  t.match(faultsOf('parameter', list, { ids: ['a', 'bb'] }), [{ parameter: 'ids' }]);
});

test('what was found wrong with a value already is not found missing', async (t) => {
  const found = { parameter: 'q', code: 'empty', message: 'may not be empty' };
  t.same(faultsOf('parameter', z.strictObject({ q: z.string() }), {}, [found]), [found]);
});

test('any JSON is read as JSON.parse reads it, but in NFC; any bytes are read or refused', async (t) => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 5 }), (value) => {
      const { value: read, faults } = parseJson(Buffer.from(JSON.stringify(value)));
      const wanted = JSON.stringify(JSON.parse(JSON.stringify(value).normalize('NFC')));
      return faults.length > 0 || JSON.stringify(read) === wanted;
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        parseJson(Buffer.from(bytes));
        return true;
      } catch (error) {
        return error instanceof Problem && error.code === 'body_malformed';
      }
    }),
  );
  fc.assert(fc.property(text, (query) => Array.isArray(parseQuery(`/x?${query}`).faults)));
  t.pass();
});

test('a query that was encoded is read as it was meant', async () => {
  const word = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((each) => each.isWellFormed() && !each.includes('\0'));
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(word, word), { maxLength: 20, selector: ([name]) => name.normalize('NFC') }),
      (pairs) => {
        const { values, faults } = parseQuery(
          `/x?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`,
        );
        return faults.length === 0 && pairs.every(([name, value]) => values[name] === value.normalize('NFC'));
      },
    ),
  );
});
