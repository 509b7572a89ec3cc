// A newsroom at work: clients that write one thing after another, send again what was not acknowledged, with the same
// Idempotency-Key, and remember every acknowledged write. At any time it can be told what of that a database lacks.
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { openDatabase } from '../../src/db/database.ts';
import { type Answer, ask, type Masthead } from './masthead.ts';

/** An article or a comment, which has a text where an article has a title. */
interface Item {
  kind: 'article' | 'comment';
  title: string;
  version: number;
  status: string;
}

/** One write, and what is there once it is done. `id` is known but for what is new. */
interface Step {
  method: 'POST' | 'PATCH';
  path: string;
  /** The version it is made from. */
  from?: number;
  body?: object;
  id?: string;
  makes: Item;
}

const ARTICLES = '/v1/manage/articles';
const SOURCE = 'After two years of repairs the bridge **reopened** on Monday. '.repeat(20);

/** A reader comments on an article, and a moderator approves. */
function* discuss(name: string, n: number, article: string): Generator<Step, void, string> {
  const waiting: Item = {
    kind: 'comment',
    title: `Comment ${n} of ${name}`,
    version: 1,
    status: 'pending',
  };
  const said = { authorName: name, authorEmail: `${name}.${n}@mail.example`, body: waiting.title };
  const comment = yield {
    method: 'POST',
    path: `/v1/articles/${article}/comments`,
    body: said,
    makes: waiting,
  };
  yield {
    method: 'PATCH',
    path: `/v1/manage/comments/${comment}`,
    from: 1,
    body: { status: 'approved' },
    id: comment,
    makes: { ...waiting, version: 2, status: 'approved' },
  };
}

/** The work of one client, and of its readers, without end: a step is told the id of what it made. */
function* workOf(name: string, hasReaders: boolean): Generator<Step, never, string> {
  for (let n = 0; ; n++) {
    const draft: Item = { kind: 'article', title: `Story ${n} of ${name}`, version: 1, status: 'draft' };
    const body = {
      title: draft.title,
      authors: ['ada-okafor'],
      tags: [`Tag ${n % 7}`, name],
      body: { format: 'markdown', source: SOURCE },
    };
    const id = yield { method: 'POST', path: ARTICLES, body, makes: draft };
    const at = `${ARTICLES}/${id}`;
    const story: Item = { ...draft, version: 2, status: 'published' };
    yield { method: 'POST', path: `${at}/publish`, from: 1, id, makes: story };

    if (hasReaders) yield* discuss(name, n, id);
    const corrected: Item = { ...story, title: `Corrected story ${n} of ${name}`, version: 3 };
    yield { method: 'PATCH', path: at, from: 2, body: { title: corrected.title }, id, makes: corrected };
    if (n % 2 === 0) continue;
    const [move, status] = n % 4 === 1 ? ['archive', 'archived'] : ['unpublish', 'draft'];
    yield { method: 'POST', path: `${at}/${move}`, from: 3, id, makes: { ...corrected, version: 4, status } };
  }
}

/** How many answers there were of each status; `none` where there was no answer. */
type Tally = Record<string, number>;

const count = (tally: Tally, answer: Answer | undefined): void => {
  const status = answer?.status ?? 'none';
  tally[status] = (tally[status] ?? 0) + 1;
};

export interface Newsroom {
  /** Works on a server, each client until told to stop or until nobody answers. */
  work(server: Masthead, isOver: () => boolean): Promise<void>;
  /** Resolves when so many further writes have been acknowledged, or after some seconds. */
  progress(writes: number): Promise<void>;
  /** Sends once more, until it is acknowledged, what was not. */
  settle(server: Masthead): Promise<void>;
  /**
   * What a database lacks of all that was acknowledged, and what it has that nobody asked for, a line each. What was
   * sent and not acknowledged may be there or not.
   */
  faultsOf(database: string): Promise<string[]>;
  readonly writes: Tally;
  readonly reads: Tally;
  /** Refusals that had no reason to be, such as a 409: the newsroom does nothing that could be refused. */
  readonly surprises: string[];
  acknowledged(): number;
  /** All that was counted, for people. */
  summary(): string;
}

/** Tells the clients of one newsroom from those of the next. */
let newsrooms = 0;

/** How often what was not acknowledged is sent again, and how long after. */
const TRIES = 200;
const PAUSE_MS = 50;

const CLIENTS = 6;
/** How long `progress` waits on a machine that is too busy. */
const PATIENCE_MS = 5_000;

/** Opens a newsroom on a server that lives. */
export const openNewsroom = async (server: Masthead, { hasReaders = true } = {}): Promise<Newsroom> => {
  const name = `r${newsrooms++}`;
  const known = new Map<string, Item>();
  const writes: Tally = {};
  const reads: Tally = {};
  const surprises: string[] = [];
  await ask(server, 'POST', '/v1/manage/authors', { body: { name: 'Ada Okafor' } });

  const hire = (client: string) => {
    const work = workOf(client, hasReaders);
    let step: Step = work.next().value;
    let done = 0;
    /** Whether it was sent and not acknowledged: then it may be done or not. */
    let isDoubtful = false;

    const acknowledge = (id: string): void => {
      known.set(id, step.makes);
      step = work.next(id).value;
      done += 1;
      isDoubtful = false;
    };

    /** Sends the step; says whether somebody was there to answer. */
    const write = async (to: Masthead): Promise<boolean> => {
      const { method, path, from, body, makes } = step;
      const headers = {
        ...(from === undefined ? {} : { 'if-match': `"${from}"` }),
        ...(method === 'POST' ? { 'idempotency-key': `${client}-${done}` } : {}),
      };
      const answer = await ask(to, method, path, { headers, ...(body && { body }) });
      count(writes, answer);
      if (answer === undefined || answer.status >= 500) {
        isDoubtful = true;
        return answer !== undefined;
      }
      if (answer.status < 300) acknowledge(answer.body.id);
      else if (answer.status === 412 && isDoubtful) await askWhether(to, makes);
      else surprises.push(`${method} ${path}: ${JSON.stringify(answer.body)}`);
      return true;
    };

    /** No Idempotency-Key makes a PATCH safe to repeat, but the version tells whether it was done the first time. */
    const askWhether = async (to: Masthead, { version, status }: Item): Promise<void> => {
      const now = await ask(to, 'GET', step.path);
      if (now?.body.version === version && now.body.status === status) acknowledge(now.body.id);
      else surprises.push(`PATCH ${step.path} was neither done nor not: ${JSON.stringify(now?.body)}`);
    };

    const read = async (to: Masthead): Promise<void> => {
      count(reads, await ask(to, 'GET', '/v1/articles?limit=5'));
      if (step.id !== undefined && step.makes.kind === 'article') {
        count(reads, await ask(to, 'GET', `${ARTICLES}/${step.id}`));
      }
    };

    return { write, read, doubted: () => (isDoubtful ? step : undefined) };
  };
  const staff = Array.from({ length: CLIENTS }, (_, n) => hire(`${name}c${n}`));

  const acknowledged = (): number =>
    Object.entries(writes).reduce((sum, [status, n]) => sum + (/^2/.test(status) ? n : 0), 0);

  return {
    writes,
    reads,
    surprises,
    acknowledged,
    summary: () =>
      `${acknowledged()} writes acknowledged (all answers: ${JSON.stringify(writes)}; reads: ${JSON.stringify(reads)})`,
    async work(to, isOver) {
      await Promise.all(
        staff.map(async ({ write, read }) => {
          while (!isOver() && surprises.length === 0 && (await write(to))) await read(to);
        }),
      );
    },
    async progress(writes) {
      const goal = acknowledged() + writes;
      const endsAt = performance.now() + PATIENCE_MS;
      while (acknowledged() < goal && performance.now() < endsAt) await pause(2);
    },
    async settle(to) {
      await Promise.all(
        staff.map(async ({ write, doubted }) => {
          for (let left = TRIES; doubted() && surprises.length === 0; left--) {
            if (left === 0) return void surprises.push(`never acknowledged: ${doubted()?.path}`);
            if (left < TRIES) await pause(PAUSE_MS);
            await write(to);
          }
        }),
      );
    },
    faultsOf: async (database) =>
      compare(
        known,
        staff.flatMap(({ doubted }) => doubted() ?? []),
        await itemsOf(database, `of ${name}c`),
      ),
  };
};

/** All articles and comments whose title or text holds this. */
const itemsOf = async (url: string, part: string): Promise<Map<string, Item>> => {
  const database = await openDatabase({ url, clock: systemClock });
  const items = new Map<string, Item>();
  try {
    const { articles, comments } = database.read.tables;
    for (const { id, title, version, status } of await database.read.select().from(articles))
      if (title.includes(part)) items.set(id, { kind: 'article', title, version, status });
    for (const { id, body, version, status } of await database.read.select().from(comments))
      if (body?.includes(part)) items.set(id, { kind: 'comment', title: body, version, status });
    return items;
  } finally {
    await database.close();
  }
};

const isSame = (one: Item | undefined, other: Item): boolean =>
  one !== undefined &&
  (['kind', 'title', 'version', 'status'] as const).every((key) => one[key] === other[key]);

const compare = (
  known: ReadonlyMap<string, Item>,
  doubted: readonly Step[],
  items: ReadonlyMap<string, Item>,
): string[] => {
  const told = JSON.stringify;
  const faults: string[] = [];
  for (const [id, item] of known) {
    const found = items.get(id);
    if (isSame(found, item)) continue;
    if (doubted.some((step) => step.id === id && isSame(found, step.makes))) continue;
    faults.push(`${id}: ${told(item)} was acknowledged, ${found ? `${told(found)} is` : 'nothing is'} there`);
  }
  const made = [...items].filter(([id]) => !known.has(id));
  for (const [id, item] of made) {
    const step = doubted.find(({ id, makes }) => id === undefined && isSame(item, makes));
    const isTwice = made.some(([other, { title }]) => other !== id && title === item.title);
    if (step === undefined || isTwice) faults.push(`${id}: ${told(item)} is there, for which nobody asked`);
  }
  return faults;
};
