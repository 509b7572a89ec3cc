// What a client calls its request.

/** A request id of the client's own, where it is harmless to log and to send back. */
export const requestIdIn = (sent: string | string[] | undefined): string | undefined =>
  typeof sent === 'string' && /^[\w.:-]{1,64}$/.test(sent) ? sent : undefined;
