// Who sent a comment, as far as we keep it: the e-mail, the network, and keyed hashes by which the same sender is
// known again. Without the secret of this site nobody can try addresses or e-mails against those hashes.
import { createHmac } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Actor } from '../context.ts';
import { foldKey } from '../core/text.ts';
import { foldText } from './text.ts';

export interface Sender {
  email: string;
  emailKey: string;
  addressPrefix: string | null;
  addressHash: string | null;
  agent: string | null;
}

/** Longer than any browser's own; what is behind it tells a moderator nothing. */
const AGENT_MAX = 500;

/** The one spelling of an IPv6 address (RFC 5952). A zone (`fe80::1%eth0`) is a name of this machine's. */
const canonical = (address: string): string =>
  new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);

/** The IPv4 address that a canonical IPv6 one stands for (RFC 4291 §2.5.5.2), if any. */
const mappedIPv4 = (address: string): string | undefined => {
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return [high, low].flatMap((group) => [...Buffer.from(group.padStart(4, '0'), 'hex')]).join('.');
};

/** The network of the first `count` groups of a canonical IPv6 address. */
const networkOfGroups = (address: string, count: number): string => {
  const [before = [], after = []] = address
    .split('::')
    .map((text) => text.split(':').filter((group) => group !== ''));
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return `${canonical(`${groups.slice(0, count).join(':')}::`)}/${count * 16}`;
};

/**
 * The network that is kept (/24, /48) and the address by which a sender is known: of IPv6 the /64, within which
 * anybody has as many addresses as they like. Undefined for what is no IP address, such as a proxy's `unknown`.
 */
export const networkOf = (address: string): { prefix: string; host: string } | undefined => {
  if (isIPv4(address)) return { prefix: `${address.replace(/\d+$/, '0')}/24`, host: address };
  if (!isIPv6(address)) return undefined;
  const whole = canonical(address);
  const mapped = mappedIPv4(whole);
  if (mapped !== undefined) return networkOf(mapped);
  return { prefix: networkOfGroups(whole, 3), host: networkOfGroups(whole, 4) };
};

export const keyedHash = (secret: string, purpose: string, text: string): string =>
  createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');

/** What is kept of whoever posts with `email`; the operator and a key have no address. */
export const senderOf = (actor: Actor, email: string, secret: string): Sender => {
  const network = actor.kind === 'reader' ? networkOf(actor.address) : undefined;
  return {
    email,
    emailKey: foldKey(email),
    addressPrefix: network?.prefix ?? null,
    addressHash: network === undefined ? null : keyedHash(secret, 'comment address', network.host),
    agent: actor.kind === 'reader' ? (actor.agent?.slice(0, AGENT_MAX) ?? null) : null,
  };
};

/** Equal for what the same author says twice in one place, whatever its case and its blanks. */
export const fingerprintOf = (
  { emailKey }: Sender,
  { authorName, parentId, body }: { authorName: string; parentId: string | null; body: string },
  secret: string,
): string =>
  keyedHash(
    secret,
    'comment text',
    JSON.stringify([parentId, emailKey, foldKey(authorName), foldText(body)]),
  );
