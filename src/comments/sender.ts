// Who sent a comment, as far as we keep it: the e-mail, the network, and keyed hashes by which the same sender is
// known again. Without the secret of this site nobody can try addresses or e-mails against those hashes.
import type { Actor } from '../context.ts';
import { networkOf } from '../core/networks.ts';
import { keyedHash } from '../core/signature.ts';
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
