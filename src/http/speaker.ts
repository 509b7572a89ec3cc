// For whom a request speaks. A site that renders on a server posts for its readers: its API key makes it a proxy whose
// X-Forwarded-For is believed, one step beyond those of TRUST_PROXY.
import { isIP } from 'node:net';
import { membershipOf, withoutPort } from '../core/networks.ts';

/** The reader for whom the holder of a key asks: `forwarded` is X-Forwarded-For, `holder` the holder's own address. */
export type SpeakerOf = (forwarded: string | undefined, holder: string) => string;

/** `trusted`: the addresses and CIDRs of TRUST_PROXY. */
export const createSpeakerOf = (trusted: readonly string[]): SpeakerOf => {
  const isProxy = membershipOf(trusted);
  return (forwarded = '', holder) => {
    // Only the right end can be believed: each proxy appends the one who asked it.
    const [last, beforeIt] = forwarded
      .split(',')
      .map((hop) => withoutPort(hop.trim()))
      .filter((hop) => !isProxy(hop))
      .reverse();
    const speaker = last === holder ? beforeIt : last;
    return speaker !== undefined && isIP(speaker) !== 0 ? speaker : holder;
  };
};
