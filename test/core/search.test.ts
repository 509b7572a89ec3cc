// What is typed into a search field becomes terms, and nothing that is typed there can be more than that.
import fc from 'fast-check';
import { test } from 'tap';
import { parseSearch, SEARCH_TERMS_MAX, SEARCH_WORDS_MAX } from '../../src/core/search.ts';

const term = (words: string, isPrefix = false) => ({ words: words.split(' '), isPrefix });

test('words, phrases, beginnings, and what is not wanted', async (t) => {
  t.same(parseSearch('Harbour  "Night FERRY" -strike bri*'), {
    terms: [term('harbour'), term('night ferry'), term('bri', true)],
    without: [term('strike')],
  });
  t.same(parseSearch('a -"b c" "d e'), { terms: [term('a'), term('d e')], without: [term('b c')] });
  t.same(parseSearch('"night fer"*'), { terms: [term('night fer', true)], without: [] });
  t.same(parseSearch('x"y z"w'), { terms: [term('x'), term('y z'), term('w')], without: [] });
});

test('operators of the engines are words or nothing', async (t) => {
  t.same(parseSearch('NEAR(a b) title:ferry ^x OR AND NOT {title}: a+b'), {
    terms: [
      ...[term('near a'), term('b'), term('title ferry'), term('x'), term('or'), term('and'), term('not')],
      ...[term('title'), term('a b')],
    ],
    without: [],
  });
  t.same(parseSearch("'; drop table articles; -- a & !b | <-> ccc:*"), {
    terms: ['drop', 'table', 'articles', 'a', 'b'].map((word) => term(word)).concat(term('ccc', true)),
    without: [],
  });
  t.same(parseSearch('10–20 -5'), { terms: [term('10 20')], without: [term('5')] });
});

test('a name without blanks is found inside a longer one; a single character begins a pair', async (t) => {
  t.same(parseSearch('東京都'), { terms: [term('東京 京都')], without: [] });
  t.same(parseSearch('橋'), { terms: [term('橋', true)], without: [] });
  t.same(parseSearch('"東京 橋"'), { terms: [term('東京 京 橋', true)], without: [] });
  t.same(parseSearch('東京*'), { terms: [term('東京')], without: [] });
});

test('a search without a term, with too many, or with a beginning too short is refused by name', async (t) => {
  for (const text of ['"', '***', '-x', '-"a b"', '^', '🚢', '" "', '- -', ':', '\u0301'])
    t.match(parseSearch(text), { code: 'no_search_terms' }, text);
  t.match(parseSearch('a '.repeat(16)), { terms: { length: 16 } });
  t.match(parseSearch('a '.repeat(17)), { code: 'too_many_terms' });
  t.match(parseSearch('東'.repeat(33)), { terms: [{ words: { length: 32 } }] });
  t.match(parseSearch('東'.repeat(34)), { code: 'too_many_terms' });
  t.match(parseSearch('ab*'), { code: 'prefix_too_short' });
  t.match(parseSearch('ferry -б*'), { code: 'prefix_too_short' });
  t.match(parseSearch('abc*'), { terms: [term('abc', true)] });
});

test('no text makes it throw, give more than the limits, or leave an operator in a word', async (t) => {
  const naughty = fc.string({
    unit: fc.constantFrom(...'ab"*-^:()\'\\&|!<> \u0301\u200F東é🚢+~{}'),
    maxLength: 200,
  });
  fc.assert(
    fc.property(fc.oneof(naughty, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
      const search = parseSearch(text);
      if ('code' in search) return true;
      const all = [...search.terms, ...search.without];
      const words = all.flatMap((one) => one.words);
      return (
        search.terms.length > 0 &&
        all.length <= SEARCH_TERMS_MAX &&
        words.length <= SEARCH_WORDS_MAX &&
        all.every((one) => one.words.length > 0) &&
        words.every((word) => /^[\p{L}\p{M}\p{N}\uFFFD]+$/u.test(word))
      );
    }),
    { numRuns: 1_000 },
  );
  t.pass('held for a thousand texts');
});
