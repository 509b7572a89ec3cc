#!/usr/bin/env node
// Where the command line starts: `node dist/cli.js`.
import { program } from './commands.ts';
import { runOrExplain } from './serve.ts';

await runOrExplain(() => program.parseAsync());
