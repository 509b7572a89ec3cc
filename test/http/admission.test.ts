// Who comes with many others waits for a turn of the event loop, in order; who comes alone does not.
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { createAdmission } from '../../src/http/admission.ts';
import { stubServer } from './stub.ts';

/** An admission with a clock to set; `come` notes who has been let in, in their order. */
const door = () => {
  const entered: string[] = [];
  const clock = { now: 1_000 };
  const admission = createAdmission(() => clock.now);
  /** Somebody whose work takes so long. Whether they were let in at once. */
  const come = (name: string, ms = 0): boolean => {
    const work = () => {
      entered.push(name);
      clock.now += ms;
    };
    const before = entered.length;
    admission.enter(work);
    return entered.length > before;
  };
  return { entered, clock, admission, come };
};

test('who comes while a turn is young is let in at once, and so is whoever comes in a later one', async (t) => {
  const { come, admission } = door();
  for (let turn = 0; turn < 3; turn++) {
    t.equal(come('first', 1), true);
    t.equal(come('second', 1), true);
    t.equal(admission.waitedMs(), 0);
    await nextTurn();
  }
});

test('when a turn has lasted for some milliseconds the others have to wait, and are let in in their order', async (t) => {
  const { come, entered } = door();
  t.equal(come('a', 2), true);
  t.equal(come('b', 1), false);
  t.equal(come('c', 1), false);
  t.equal(come('d'), false);
  t.same(entered, ['a']);
  // It has been decided who is let in next, and that was before these.
  await nextTurn();
  t.equal(come('e'), false, 'nobody overtakes');
  await nextTurn();
  t.same(entered, ['a', 'b', 'c'], 'until their turn is as long');
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  t.same(entered, ['a', 'b', 'c', 'd', 'e']);
  t.equal(come('f'), true, 'and after them everybody as before');
});

test('many whose work begins later are too many for one turn as well', async (t) => {
  const { come, entered } = door();
  const everybody = Array.from({ length: 100 }, (_, n) => `${n}`);
  const atOnce = everybody.map((name) => come(name)).filter(Boolean).length;
  t.ok(atOnce > 1 && atOnce < 50, 'some are let in at once');
  for (let before = entered.length; entered.length < 100; before = entered.length) {
    await nextTurn();
    t.ok(entered.length - before <= atOnce, 'and never more than those');
  }
  t.same(entered, everybody);
});

test('it is known how long the one who begins has waited', async (t) => {
  const { come, clock, admission } = door();
  come('a', 2);
  come('b');
  clock.now += 40;
  for (let turn = 0; turn < 2; turn++) await nextTurn();
  t.equal(admission.waitedMs(), 40);
  come('c');
  t.equal(admission.waitedMs(), 0);
});

test('however long the others take, one is let in each turn', async (t) => {
  const { come, entered } = door();
  for (const name of ['a', 'b', 'c', 'd']) come(name, 1_000);
  for (let turn = 0; turn < 8; turn++) await nextTurn();
  t.same(entered, ['a', 'b', 'c', 'd']);
});

test("of a crowd at the sockets everybody who stays is answered, and who goes away is in nobody's way", async (t) => {
  const { app, post } = await stubServer(t, async () => undefined);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const crowd = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    }),
  );
  const request = 'POST /v1/things/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  const statuses = crowd.map(async (socket, n) => {
    socket.write(request);
    if (n % 3 === 0) return void socket.destroy();
    const [head] = await once(socket, 'data');
    return String(head).slice(0, 12);
  });
  const stayed = (await Promise.all(statuses)).filter((_, n) => n % 3 !== 0);
  t.same(new Set(stayed), new Set(['HTTP/1.1 204']));
  t.equal((await post('/v1/things/x')).status, 204);
});

test('of a crowd only some are begun in one turn of the event loop', async (t) => {
  let begun = 0;
  const { post } = await stubServer(t, async () => void begun++);
  const answers = Array.from({ length: 100 }, () => post('/v1/things/x'));
  let most = 0;
  while (begun < 100) {
    const before = begun;
    await nextTurn();
    most = Math.max(most, begun - before);
  }
  t.ok(most < 50, `at most ${most}`);
  for (const { status } of await Promise.all(answers)) t.equal(status, 204);
});
