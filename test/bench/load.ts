// How a server is asked, and what is noted of its answers.
import autocannon from 'autocannon';
import type { Running } from './servers.ts';

export const CONNECTIONS = 32;

export interface Ask {
  path: string;
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

let posted = 0;

export const measure = async (server: Running, ask: Ask, seconds: number): Promise<Measured> => {
  const { path, headers = {}, bodyOf, rate, status = 200 } = ask;
  const before = server.cpuSeconds();
  const result = await autocannon({
    url: server.base + path,
    connections: rate === undefined ? CONNECTIONS : 8,
    duration: seconds,
    headers,
    ...(rate === undefined ? {} : { overallRate: rate }),
    ...(bodyOf === undefined
      ? {}
      : {
          requests: [
            {
              method: 'POST' as const,
              headers: { 'content-type': 'application/json' },
              setupRequest: (request) => ({ ...request, body: bodyOf(posted++) }),
            },
          ],
        }),
  });
  const used = server.cpuSeconds() - before;
  const { total, average } = result.requests;
  const expected = result.statusCodeStats?.[`${status}`]?.count ?? 0;
  if (total === 0 || expected !== total || result.errors > 0)
    throw new Error(`${path}: ${expected} of ${total} were answered ${status}, ${result.errors} errors`);
  return {
    perSecond: average,
    perCpuSecond: total / used,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
};
