// Long work lets others in between, and not more often than it must.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { takingTurns, within } from '../../src/core/turns.ts';

test('others have their turn when the time is over, and no sooner', async (t) => {
  let now = 100;
  const turn = takingTurns(5, () => now);
  let others = 0;
  const isLetIn = async (): Promise<boolean> => {
    const before = others;
    const waiting = nextTurn().then(() => others++);
    await turn();
    const result = others > before;
    await waiting;
    return result;
  };
  t.equal(await isLetIn(), false);
  now = 104;
  t.equal(await isLetIn(), false);
  now = 105;
  t.equal(await isLetIn(), true);
  now = 109;
  t.equal(await isLetIn(), false, 'the time begins again after a turn');
  now = 110;
  t.equal(await isLetIn(), true);
});

test('without a clock of its own it goes by that of the process', async (t) => {
  const turn = takingTurns(0);
  let isLetIn = false;
  const waiting = nextTurn().then(() => {
    isLetIn = true;
  });
  await turn();
  t.equal(isLetIn, true);
  await waiting;
});

test('what comes in time is given or thrown as it is, and what does not is an error of ours', async (t) => {
  const late = () => new Error('late');
  t.equal(await within(60_000, Promise.resolve(1), late), 1);
  await t.rejects(within(60_000, Promise.reject(new Error('early')), late), /early/);
  let refuse: (error: Error) => void = () => undefined;
  const never = new Promise<number>((_, reject) => {
    refuse = reject;
  });
  await t.rejects(within(1, never, late), /late/);
  // Nobody waits for it any more, and it must not end the process.
  refuse(new Error('too late'));
  await nextTurn();
});
