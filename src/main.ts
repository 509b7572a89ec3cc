// Where the server starts: `node dist/main.js`.
import { runOrExplain, serve } from './serve.ts';

await runOrExplain(() => serve(process.env));
