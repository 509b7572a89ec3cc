// Many clients in a process of their own, so that their work is not the server's: each holds a connection, and at a word
// all of them post at once. Told what to send by whoever forked it; says when all have been answered.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What each client is to post next; they do so when 'go' is said. */
export interface Crowd {
  port: number;
  path: string;
  bodies: string[];
}

const sockets: Socket[] = [];

const answered = async (socket: Socket): Promise<void> => {
  let text = '';
  // An answer is one object.
  while (!(text.includes('\r\n\r\n') && text.endsWith('}'))) text += String((await once(socket, 'data'))[0]);
  if (!text.startsWith('HTTP/1.1 202')) throw new Error(text);
};

const requestOf = ({ path }: Crowd, body: string): string => {
  const fields = ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${body.length}`];
  return `POST ${path} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${body}`;
};

let crowd: Crowd | undefined;

process.on('message', async (said: Crowd | 'go') => {
  if (said === 'go') {
    const { bodies } = crowd!;
    for (const [n, body] of bodies.entries()) sockets[n]!.write(requestOf(crowd!, body));
    await Promise.all(bodies.map((_, n) => answered(sockets[n]!)));
    process.send?.('answered');
    return;
  }
  crowd = said;
  while (sockets.length < crowd.bodies.length) {
    const socket = connect(crowd.port, '127.0.0.1');
    await once(socket, 'connect');
    sockets.push(socket);
  }
  process.send?.('ready');
});
