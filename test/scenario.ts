// A test as a row: what is asked, what must come back, what must not, and which events were written, and no others.
import type { Test } from 'tap';
import type { Answer, Asked, TestSite } from './site.ts';

export interface Scenario extends Asked {
  /** The guarantee. */
  name: string;
  /** Method and address: `GET /v1/articles`. */
  request: string;
  status: number;
  /** The problem code of a refusal. */
  code?: string;
  /** Pointers, or parameters, that the problem must name: all of them and no others, in any order. */
  faults?: readonly string[];
  /** What the body must hold, at least. */
  has?: unknown;
  /** What must be nowhere in the answer, headers included. */
  lacks?: readonly string[];
  /** Response headers, each as it must be, or a pattern. */
  sends?: Record<string, string | RegExp>;
  /** Actions of the events this wrote. Every write states them; a refusal writes none. */
  events?: readonly string[];
}

/** Plays rows one after another; returns the answers in the same order. */
export const play = async (t: Test, site: TestSite, scenarios: readonly Scenario[]): Promise<Answer[]> => {
  const answers: Answer[] = [];
  await site.newEvents();
  for (const scenario of scenarios) {
    const { name, request, status, code, faults, has, lacks = [], sends = {}, events = [] } = scenario;
    const [method = '', url = ''] = request.split(' ');
    const answer = await site.ask(method, url, scenario);
    const problem = answer.status >= 400 ? answer.body : undefined;
    t.equal(answer.status, status, `${name}: ${status}`, problem === undefined ? {} : { problem });
    if (code !== undefined) t.equal(answer.body?.code, code, `${name}: ${code}`);
    if (faults !== undefined) {
      const named = (answer.body?.errors ?? []).map(
        (fault: { pointer?: string; parameter?: string }) => fault.pointer ?? fault.parameter,
      );
      t.same([...named].sort(), [...faults].sort(), `${name}: every fault is named`);
    }
    if (has !== undefined) t.match(answer.body, has, `${name}: the body`);
    const everything = `${JSON.stringify(answer.headers)}${answer.text}`;
    for (const secret of lacks) t.notOk(everything.includes(secret), `${name}: lacks ${secret}`);
    for (const [header, wanted] of Object.entries(sends))
      t.match(answer.headers[header], wanted, `${name}: ${header}`);
    t.same(await site.newEvents(), events, `${name}: events`);
    answers.push(answer);
  }
  return answers;
};
