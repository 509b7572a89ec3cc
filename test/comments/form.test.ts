import { test } from 'tap';
import { issueFormToken, readFormToken, spentKey } from '../../src/comments/form.ts';

const now = Date.UTC(2026, 2, 1, 6, 30);

test('a token tells when it was issued, to its own site and for its own article', async (t) => {
  const token = issueFormToken('secret', 'here', now);
  t.equal(readFormToken('secret', 'here', token), now);
  t.equal(readFormToken('secret', 'elsewhere', token), undefined);
  t.equal(readFormToken('another', 'here', token), undefined);
  t.not(issueFormToken('secret', 'here', now), token, 'two of one instant are two');
  t.equal(spentKey(token).includes(token), false);
});

test('a token that was changed is none', async (t) => {
  const token = issueFormToken('secret', 'here', now);
  for (const at of [0, 5, 12, 25, 40]) {
    const other = token[at] === 'a' ? 'b' : 'a';
    t.equal(readFormToken('secret', 'here', token.slice(0, at) + other + token.slice(at + 1)), undefined);
  }
  for (const nonsense of ['', '.', token.slice(1), `${token}a`, `0${token}`, 'a.b.c'])
    t.equal(readFormToken('secret', 'here', nonsense), undefined, nonsense);
});
