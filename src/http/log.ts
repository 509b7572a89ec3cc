// What a log line may say. Requests name a method and a path; errors keep their kind, code and stack, but no value:
// drivers write bound parameters and whole rows into their messages, and with them e-mails and texts.
import type { FastifyRequest } from 'fastify';
import { faults } from '../db/failures.ts';
import { pathOf } from './answers.ts';

const withoutValues = (text: string): string =>
  text
    .replace(/\nparams: .*/s, '')
    .replace(/[^\s"'(<=]{1,254}@[^\s"')>,]{1,254}/g, '…')
    .replace(/\b(m[hp]_)[\w-]+/g, '$1…');

/** An error and its causes, outermost first. */
const errorFields = (error: unknown) => {
  const links = [...faults(error)];
  return {
    type: links.map((link) => link.error.constructor.name).join(': '),
    message: links.map((link) => withoutValues(link.error.message)).join(': '),
    codes: links.flatMap(({ code, constraint }) => [code, constraint]).filter((text) => text !== ''),
    // A stack begins with the message.
    stack: links.map(({ error: { stack, message } }) => stack?.split(message).pop()).join('\ncaused by'),
  };
};

export const serializers = {
  req: (request: FastifyRequest) => ({ method: request.method, path: pathOf(request), address: request.ip }),
  err: errorFields,
};
