// Which requests the cache may answer, and under which name their answers lie there.
import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';

/**
 * The address with its parameters in one order, as the router will read it; undefined where the cache has no say: it
 * knows Delivery reads alone, and of those only what the router would not refuse by its form.
 */
export const keyOf = ({ method, url = '', headers, httpVersion }: IncomingMessage): string | undefined => {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if (!url.startsWith('/v1/') || url.startsWith('/v1/manage')) return undefined;
  if (headers.host === undefined && httpVersion === '1.1') return undefined;
  const at = url.indexOf('?');
  if (at === -1) return url;
  // One parameter is in order.
  if (at < url.length - 1 && !url.includes('&', at)) return url;
  const known = ordered.get(url);
  if (known !== undefined) return known;
  const key = inOrder(url, at);
  // What is remembered is bounded in bytes too.
  if (url.length <= 300) ordered.set(url, key);
  return key;
};

/** The addresses with parameters that were asked for of late, each with its key. */
const ordered = new LRUCache<string, string>({ max: 2_000 });

const inOrder = (url: string, at: number): string => {
  // Parameters are compared as they are spelled: two spellings of one value are two keys, and never one too few.
  const parameters = url
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '');
  const path = url.slice(0, at);
  return parameters.length === 0 ? path : `${path}?${parameters.sort().join('&')}`;
};
