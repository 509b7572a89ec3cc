// IP networks as people write them: an address, or an address and how many of its bits count (CIDR, RFC 4632).
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** An address, or a network of at least one bit: `0.0.0.0/0` would mean everybody. */
export const isNetwork = (text: string): boolean => {
  const [, address = '', bits = '1'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128);
};

/** An address without the port that some proxies write behind it in X-Forwarded-For; any other text as it is. */
export const withoutPort = (text: string): string => {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text) ?? [];
  return bracketed ?? plain ?? text;
};

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether an address lies in one of `networks`, each as `isNetwork` likes it. What is no address lies in none. */
export const membershipOf = (networks: readonly string[]): ((text: string) => boolean) => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return (text) => {
    const address = withoutPort(text);
    return isIP(address) !== 0 && list.check(address, familyOf(address));
  };
};

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
export const networkOf = (text: string): { prefix: string; host: string } | undefined => {
  const address = withoutPort(text);
  if (isIPv4(address)) return { prefix: `${address.replace(/\d+$/, '0')}/24`, host: address };
  if (!isIPv6(address)) return undefined;
  const whole = canonical(address);
  const mapped = mappedIPv4(whole);
  if (mapped !== undefined) return networkOf(mapped);
  return { prefix: networkOfGroups(whole, 3), host: networkOfGroups(whole, 4) };
};
