// Overload, told by the event loop: of two turns that are late whoever comes next is refused, until the loop has caught up.
import { test } from 'tap';
import { createOverload, watchOverload } from '../../src/http/overload.ts';

/** An event loop: turns of so many milliseconds, one after another. */
const loop = () => {
  let now = 5_000;
  const overload = createOverload(
    () => 0,
    () => now,
  );
  return {
    isOver: () => overload.isOver(),
    /** Work in the present turn. */
    work(ms: number) {
      now += ms;
    },
    turn() {
      overload.look();
    },
  };
};

test('a loop that is on time, or late once, refuses nobody', async (t) => {
  const { isOver, work, turn } = loop();
  for (const ms of [100, 101, 130, 900, 100, 3_000, 100, 100]) {
    t.notOk(isOver());
    work(ms);
    turn();
    t.notOk(isOver(), `after ${ms} ms`);
  }
});

test('within a turn that takes too long, who comes late in it is refused', async (t) => {
  const { isOver, work, turn } = loop();
  work(1_100);
  t.notOk(isOver());
  work(1);
  t.ok(isOver());
  turn();
  t.notOk(isOver(), 'and the next turn begins anew');
});

test('while every turn is late, each takes half on and refuses the rest; once they are short again, nobody is refused', async (t) => {
  const { isOver, work, turn } = loop();
  for (const _ of [1, 2]) {
    work(600);
    turn();
  }
  t.notOk(isOver());
  work(600);
  t.notOk(isOver(), 'half a second of work is taken on');
  work(1);
  t.ok(isOver(), 'and no more');
  turn();
  work(100);
  turn();
  t.notOk(isOver(), 'it has caught up');
  work(1_000);
  t.notOk(isOver());
});

test('work that comes between the turns counts as well', async (t) => {
  const { isOver, work, turn } = loop();
  work(2_000);
  turn();
  work(2_000);
  turn();
  t.ok(isOver(), 'at the beginning of the turn');
  work(100);
  turn();
  t.notOk(isOver());
});

test('while turns are short, whoever had to wait long for theirs is refused', async (t) => {
  let waitedMs = 1_000;
  const overload = createOverload(
    () => waitedMs,
    () => 5_000,
  );
  t.notOk(overload.isOver());
  waitedMs += 1;
  t.ok(overload.isOver());
  waitedMs = 0;
  t.notOk(overload.isOver(), 'and nobody else');
});

test('the loop of this process is watched', async (t) => {
  t.equal(watchOverload(() => 0).isOver(), false);
});
