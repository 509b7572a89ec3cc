import { solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { test } from 'tap';
import { drawChallenge, solvedChallenge } from '../../src/comments/proof-of-work.ts';
import { play } from '../scenario.ts';
import { testSite } from '../site.ts';
import { empty, NO_FLOOD, post, said, seedArticle } from './seed.ts';

test('comments: proof of work', async (t) => {
  const site = await testSite(t, NO_FLOOD);
  t.beforeEach(() => empty(site));

  type Challenge = Awaited<ReturnType<typeof drawChallenge>>;
  const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

  /** What the widget sends. */
  const solve = async (challenge: Challenge): Promise<string> =>
    base64({ challenge, solution: await solveChallenge({ challenge, deriveKey }) });

  t.test('a challenge is solved for its site, its article and its time', async (t) => {
    const now = site.clock.now;
    const challenge = await drawChallenge('secret', 'here', now);
    const sent = await solve(challenge);
    const solved = await solvedChallenge('secret', sent, now);
    t.match(solved, { articleId: 'here', expiresAt: now + 86_400_000 });
    t.equal(await solvedChallenge('another', sent, now), undefined, 'of another site');
    t.equal(await solvedChallenge('secret', sent, now + 86_400_000), undefined, 'too old');
    const { solution } = JSON.parse(Buffer.from(sent, 'base64').toString());
    const forged = [
      undefined,
      'nonsense',
      base64(null),
      base64({ challenge, solution: { ...solution, derivedKey: '00' } }),
      base64({ challenge, solution: { ...solution, counter: -1, derivedKey: 'zz' } }),
      base64({ challenge: { ...challenge, parameters: { ...challenge.parameters, cost: 1 } }, solution }),
      base64({
        challenge: {
          ...challenge,
          parameters: { ...challenge.parameters, data: { articleId: 'there', expiresAt: now * 2 } },
        },
        solution,
      }),
      base64({ challenge: { ...challenge, signature: undefined }, solution }),
    ];
    for (const one of forged) t.equal(await solvedChallenge('secret', one, now), undefined, String(one));
  });

  t.test('where the policy asks for work, a comment brings one solved challenge, once', async (t) => {
    await seedArticle(site, 'bridge');
    await seedArticle(site, 'harbour');
    const form = async () => (await site.ask('GET', '/v1/articles/bridge/comments/form')).body;
    t.equal((await form()).challenge, undefined, 'off by default');
    await site.ask('PATCH', '/v1/manage/settings/comments', { as: 'admin', body: { proofOfWork: true } });
    const challengeSolution = await solve((await form()).challenge);
    const on = (name: string, article: string, body: object) => ({
      name,
      request: `POST /v1/articles/${article}/comments`,
      body: said(name, body),
    });
    const refused = { status: 422, code: 'challenge_unsolved', faults: ['/challengeSolution'] };
    const because = (code: string) => ({ errors: [{ pointer: '/challengeSolution', code }] });
    await play(t, site, [
      { ...on('without', 'bridge', {}), ...refused, has: because('required') },
      {
        ...on('nonsense', 'bridge', { challengeSolution: 'x' }),
        ...refused,
        has: because('challenge_unsolved'),
      },
      { ...on('of another article', 'harbour', { challengeSolution }), ...refused },
      { ...on('solved', 'bridge', { challengeSolution }), status: 202, events: ['comment.posted'] },
      { ...on('once more', 'bridge', { challengeSolution }), ...refused },
    ]);
    await site.ask('PATCH', '/v1/manage/settings/comments', { as: 'admin', body: { proofOfWork: false } });
    t.equal(
      (await post(site, 'bridge', 'no work', { challengeSolution })).status,
      202,
      'not asked for, not looked at',
    );
  });
});
