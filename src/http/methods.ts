// What an address takes: OPTIONS is told it, and every other method is refused with 405. The refusals are no routes, of
// which there would be seven at each address: that took a tenth of a start.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../core/problem.ts';
import { isManagement } from './endpoint.ts';

interface Address {
  pattern: RegExp;
  takes: readonly string[];
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Those that take some methods and no others. */
    knownAddresses: Address[];
  }
}

const patternOf = (url: string): RegExp =>
  new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/?]+')}(?:\\?|$)`);

/** Answers OPTIONS at an address that takes `methods`, and lets every other method be refused there. */
export const refuseOtherMethods = (app: FastifyInstance, url: string, methods: readonly string[]): void => {
  const takes = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  const Allow = [...takes, 'OPTIONS'].join(', ');
  app.knownAddresses.push({ pattern: patternOf(url), takes });
  app.options(url, async (_request, reply) => reply.code(204).header('Allow', Allow).send());
};

/** The refusal of a request that no route takes, where its address takes others; undefined where there is no such address. */
const refusalOf = (addresses: readonly Address[], { method, url }: FastifyRequest): Problem | undefined => {
  const address = addresses.find(({ pattern }) => pattern.test(url));
  // A parameter longer than any is found nowhere, whatever the method.
  if (address === undefined || address.takes.includes(method)) return undefined;
  const Allow = [...address.takes, 'OPTIONS'].join(', ');
  const hint = url.startsWith('/v1/') && !isManagement(url) ? ' Writing is done under /v1/manage.' : '';
  return new Problem('method_not_allowed', `This address takes ${Allow}.${hint}`, { headers: { Allow } });
};

/** Refuses as early as may be: what a body holds does not matter then. After the hooks that set headers of every answer. */
export const addRefusals = (app: FastifyInstance): void => {
  app.decorate('knownAddresses', []);
  app.after(() => {
    app.addHook('onRequest', (request, _reply, done) => {
      done(request.is404 ? refusalOf(app.knownAddresses, request) : undefined);
    });
  });
};
