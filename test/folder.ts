// A folder of tests in one process: to load Masthead takes longer than most test files take to run.
import { readdirSync, readFileSync } from 'node:fs';
import { testEngine } from './database.ts';

/** What does not touch a database is tested once, with SQLite. */
const isForThisEngine = (file: URL): boolean =>
  testEngine() === 'sqlite' || /testSite|testDatabase/.test(readFileSync(file, 'utf8'));

/** Loads every test file beside `url`, in order. */
export const loadFolder = async (url: string): Promise<void> => {
  const names = readdirSync(new URL('.', url)).filter((name) => name.endsWith('.test.ts'));
  const files = names.sort().map((name) => new URL(name, url));
  for (const file of files.filter(isForThisEngine)) await import(file.href);
};
