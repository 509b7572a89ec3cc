// How servers are asked, in turns, and what is noted of their answers. BENCH_ROUNDS and BENCH_SECONDS make it longer.
import autocannon from 'autocannon';
import type { Running } from './servers.ts';

export const CONNECTIONS = 32;
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);

export interface Ask {
  /** Always the same, or one of the nth request. */
  path: string | ((n: number) => string);
  headers?: Record<string, string>;
  /** Makes the nth body of a POST; absent: a GET. */
  bodyOf?: (n: number) => string;
  /** Requests a second in all; absent: as many as it takes. */
  rate?: number;
  /** Whether every answer is expected to be this one. */
  status?: number;
}

export interface Measured {
  perSecond: number;
  /** Requests for each second of processor time that the server used: the figure that a busy machine moves least. */
  perCpuSecond: number;
  p50: number;
  p99: number;
}

/** Rounds that something else disturbed move it little. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const mediansOf = (rounds: readonly Measured[]): Measured => {
  const of = (field: keyof Measured) => median(rounds.map((round) => round[field]));
  return { perSecond: of('perSecond'), perCpuSecond: of('perCpuSecond'), p50: of('p50'), p99: of('p99') };
};

export const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));

let asked = 0;

/** A request that is not the same each time. */
const each = ({ path, bodyOf }: Ask): autocannon.Request => ({
  ...(bodyOf === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }),
  setupRequest: (request) => {
    const n = asked++;
    return {
      ...request,
      ...(typeof path === 'string' ? {} : { path: path(n) }),
      ...(bodyOf === undefined ? {} : { body: bodyOf(n) }),
    };
  },
});

export const measure = async (server: Running, ask: Ask, seconds: number): Promise<Measured> => {
  const { path, headers = {}, bodyOf, rate, status = 200 } = ask;
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: server.base + (typeof path === 'string' ? path : ''),
    connections: rate === undefined ? CONNECTIONS : 8,
    duration: seconds,
    headers,
    ...(rate === undefined ? {} : { overallRate: rate }),
    ...(bodyOf === undefined && typeof path === 'string' ? {} : { requests: [each(ask)] }),
  });
  const used = server.cpuSeconds() - before;
  const { total, average } = result.requests;
  const expected = result.statusCodeStats?.[`${status}`]?.count ?? 0;
  if (total === 0 || expected !== total || result.errors > 0)
    throw new Error(
      `${typeof path === 'string' ? path : path(0)}: ${expected} of ${total} were answered ${status}, ${result.errors} errors`,
    );
  return {
    perSecond: average,
    perCpuSecond: total / used,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
};

const WARM_UPS = 4;

/** Measures all in turn, round by round; returns the medians of each, in their order. */
export const takeTurns = async (
  contenders: readonly { server: Running; ask: Ask }[],
): Promise<Measured[]> => {
  const rounds = contenders.map((): Measured[] => []);
  // Until the code that is used has been compiled for it: what reads, checks and writes in one request takes seconds.
  for (let warming = 0; warming < WARM_UPS; warming++)
    for (const { server, ask } of contenders) await measure(server, ask, SECONDS);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { server, ask }] of contenders.entries())
      rounds[index]?.push(await measure(server, ask, SECONDS));
  }
  return rounds.map(mediansOf);
};
