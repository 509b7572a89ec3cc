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

/**
 * Answers OPTIONS at each address, and lets every method be refused there that is not among its own; also those that the
 * router would otherwise hand on to an address that covers it, as `/articles/:id` covers `/articles/release`.
 */
export const refuseOtherMethods = (
  app: FastifyInstance,
  methodsOf: ReadonlyMap<string, readonly string[]>,
): void => {
  const addresses = [...methodsOf].map(([url, methods]) => ({
    url,
    pattern: patternOf(url),
    takes: methods.includes('GET') ? [...methods, 'HEAD'] : methods,
  }));
  for (const address of addresses) {
    const { url, takes } = address;
    const covering = addresses.filter((other) => other !== address && other.pattern.test(url));
    const elsewhere = covering.flatMap((other) => other.takes);
    // Those without a parameter first, which are no other address, though another may cover them.
    if (url.includes(':')) app.knownAddresses.push(address);
    else app.knownAddresses.unshift(address);
    app.route({
      method: ['OPTIONS', ...elsewhere.filter((method) => !takes.includes(method))],
      url,
      exposeHeadRoute: false,
      onRequest: async (request) => {
        if (request.method !== 'OPTIONS') throw refusal(address, request);
      },
      handler: async (_request, reply) => reply.code(204).header('Allow', allowOf(address)).send(),
    });
  }
};

const allowOf = ({ takes }: Address): string => [...takes, 'OPTIONS'].join(', ');

const refusal = (address: Address, { url }: FastifyRequest): Problem => {
  const Allow = allowOf(address);
  const hint = url.startsWith('/v1/') && !isManagement(url) ? ' Writing is done under /v1/manage.' : '';
  return new Problem('method_not_allowed', `This address takes ${Allow}.${hint}`, { headers: { Allow } });
};

/** The refusal of a request that no route takes, where its address takes others; undefined where there is no such address. */
const refusalOf = (addresses: readonly Address[], request: FastifyRequest): Problem | undefined => {
  const address = addresses.find(({ pattern }) => pattern.test(request.url));
  // A parameter longer than any is found nowhere, whatever the method.
  return address === undefined || address.takes.includes(request.method)
    ? undefined
    : refusal(address, request);
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
