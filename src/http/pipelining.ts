// Requests that a client sends one behind another without waiting for the answers (RFC 9112 §9.3.2): each begins when the
// one before it has been answered. Node would begin all at once, so that one connection could take every place there is,
// and would not say of those behind that their client has gone away.
import type { RequestListener } from 'node:http';

/** So many may wait, on all connections together; each takes some 8 KB. */
const MAX_WAITING = 5_000;

/** The same listener, told of one request of a connection at a time; a connection that brings too many is closed. */
export const oneByOne = (listen: RequestListener, maxWaiting = MAX_WAITING): RequestListener => {
  let waiting = 0;
  return (request, response) => {
    // As long as it is not the turn of its answer a response has no socket.
    if (response.socket !== null) return listen(request, response);
    if (waiting >= maxWaiting) {
      request.socket.destroy();
      return;
    }
    waiting += 1;
    const leave = () => {
      waiting -= 1;
    };
    request.once('close', leave);
    response.once('socket', () => {
      request.off('close', leave);
      leave();
      process.nextTick(listen, request, response);
    });
  };
};
