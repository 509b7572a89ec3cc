// Where log lines go. A log that cannot be written, because its disk is full or nobody reads it, must neither end the
// process nor hold it up: pino's own destination did both, and waited for ever for room before it let a process exit.
import { writeSync } from 'node:fs';

/** What waits to be written is kept up to this; later lines are lost. */
const WAITING_BYTES = 1024 * 1024;

/** Lines for a descriptor. What cannot be written is tried again, in order, with the next line. */
export const logOutput = (descriptor: number) => {
  let waiting = Buffer.alloc(0);
  return {
    write(line: string): void {
      if (waiting.length + Buffer.byteLength(line) <= WAITING_BYTES) {
        waiting = Buffer.concat([waiting, Buffer.from(line)]);
      }
      try {
        while (waiting.length > 0) waiting = waiting.subarray(writeSync(descriptor, waiting));
      } catch {
        // Where could it be said?
      }
    },
  };
};
