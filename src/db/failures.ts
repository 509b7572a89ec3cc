// What the database can refuse or lose, as classes, and the one function that sorts any failure for http.
// A driver's own error stays in `cause`: its text is for the log, never for an answer.

/** This process may not start on this database. The message is one line: which, what is wrong, what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** A commit did not end with a yes: what the job wrote may be kept or not, and only reading again can tell. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';

  constructor(cause: unknown) {
    super('the commit failed, or its answer was lost', { cause });
  }
}

/** Others held the database until the time was up. Nothing was written; trying again is safe. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy';

  constructor(cause: unknown) {
    super('the database stayed busy until the time was up', { cause });
  }
}

/** A job broke a rule of writing, which is a fault of our code. Nothing of the job was kept. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
}

/** An error or one of its causes, with what the drivers say of it; '' where one says nothing. */
export interface Fault {
  readonly error: Error;
  readonly code: string;
  readonly constraint: string;
}

/** The error and its causes, outermost first: drizzle wraps PostgreSQL's errors, better-sqlite3's come bare. */
export function* faults(error: unknown): Generator<Fault> {
  for (let link = error; link instanceof Error; link = link.cause) {
    const code = 'code' in link && typeof link.code === 'string' ? link.code : '';
    const constraint = 'constraint' in link && typeof link.constraint === 'string' ? link.constraint : '';
    yield { error: link, code, constraint };
  }
}

/** What an error and its causes say, with their codes, as one line. Some of node's have a code and no message. */
export const reasonOf = (error: unknown): string =>
  [...faults(error)]
    .flatMap(({ error: { message }, code }) => (message.includes(code) ? [message] : [code, message]))
    .filter((text) => text !== '')
    .join(': ')
    .replaceAll('\n', ' ');

/** `full`: no room to write · `unknown`: I/O failed, or the connection or a commit was lost · `busy`: try again. */
export type Failure = 'full' | 'unknown' | 'busy';

// Codes of SQLite, of the operating system and of PostgreSQL (SQLSTATE, appendix A of its manual), by their beginning.
// The order decides where a chain holds several: a commit lost to a full disk is `full`.
const codes: readonly (readonly [Failure, RegExp])[] = [
  ['full', /^(SQLITE_FULL|ENOSPC|EDQUOT|53100)/],
  [
    'unknown',
    /^(SQLITE_(IOERR|CORRUPT|NOTADB|CANTOPEN|READONLY)|08|25P03|57P|58|XX|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENET|EIO)/,
  ],
  ['busy', /^(SQLITE_(BUSY|LOCKED|PROTOCOL)|40001|40P01|53|55P03|57014)/],
];

// pg gives its own errors no code, only these words.
const words: readonly (readonly [Failure, RegExp])[] = [
  ['unknown', /^(Connection terminated|Client has encountered a connection error|Cannot use a pool after)/],
  ['busy', /^timeout exceeded when trying to connect/],
];

function kindOf({ error, code }: Fault): Failure | undefined {
  if (error instanceof CommitUnknown) return 'unknown';
  if (error instanceof DatabaseBusy) return 'busy';
  const [table, text] = code === '' ? [words, error.message] : [codes, code];
  return table.find(([, pattern]) => pattern.test(text))?.[0];
}

/** What of the database failed behind an error, looking through its causes; undefined when it was not the database. */
export function failureOf(error: unknown): Failure | undefined {
  const kinds = new Set([...faults(error)].map(kindOf));
  return codes.map(([failure]) => failure).find((failure) => kinds.has(failure));
}
