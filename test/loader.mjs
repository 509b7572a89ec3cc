// Lets Node run the TypeScript of this project under tap. A file is translated once and kept for all processes; the
// plugin that tap brings translates everything anew in every test file, which took longer than most tests. Lines and
// branches are counted as with the plugin; tsx is quick too, but under it tap counts nothing and calls it complete.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const settings = readFileSync(new URL('../tsconfig.json', import.meta.url), 'utf8');
const kept = new URL('../node_modules/.cache/masthead-test/', import.meta.url);

// Hooks live in a thread of their own, which loads this file a second time.
if (isMainThread) {
  mkdirSync(kept, { recursive: true });
  register(import.meta.url);
}

/** The JavaScript of a file, with its map. */
const translate = (source, fileName) => {
  // Loaded by the first who needs it: the compiler alone takes longer than all that was translated before.
  const ts = createRequire(import.meta.url)('typescript');
  const { options } = ts.convertCompilerOptionsFromJson(JSON.parse(settings).compilerOptions, '.');
  const compilerOptions = {
    ...options,
    module: ts.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: false,
    inlineSourceMap: true,
    inlineSources: true,
  };
  return ts.transpileModule(source, { fileName, compilerOptions }).outputText;
};

const readIfThere = (url) => {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return undefined;
  }
};

/** A hook of Node: https://nodejs.org/docs/latest-v20.x/api/module.html#loadurl-context-nextload */
export const load = async (url, context, nextLoad) => {
  if (!url.startsWith('file:') || !new URL(url).pathname.endsWith('.ts')) return nextLoad(url, context);
  const path = fileURLToPath(url);
  const source = readFileSync(path, 'utf8');
  const name = createHash('sha256').update(settings).update(path).update(source).digest('hex');
  const place = new URL(`${name}.js`, kept);
  let translated = readIfThere(place);
  if (translated === undefined) {
    translated = translate(source, path);
    // Written aside and renamed, because test files run in parallel.
    const draft = new URL(randomUUID(), kept);
    writeFileSync(draft, translated);
    renameSync(draft, place);
  }
  return { format: 'module', source: translated, shortCircuit: true };
};
