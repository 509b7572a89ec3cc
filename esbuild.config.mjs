// `npm run build`: the server and the command line as two small entries and what they share, in files that are read
// quickly. A package in thousands of files takes longer to find and open than to compile.
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.ts', 'src/cli.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  external: [
    // A binary; two that read files of their own, and only when somebody asks for the documentation; one that is not there.
    ...['better-sqlite3', '@fastify/swagger', '@fastify/swagger-ui', 'pg-native'],
    // Fastify asks for these where routes have schemas, which none has, or for the pages of the documentation; in the
    // bundle node would read through them at each start.
    ...['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request'],
  ],
  // Packages in CommonJS ask for the modules of node by a `require`, which a module has not.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
