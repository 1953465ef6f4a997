// Bundles the server and what browsers load. Plain JavaScript, because a host builds without tsx.
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { buildPublic } from './build-public.mjs';
import { packagesOutside, requireBanner, withoutMapsOfPackages } from './bundling.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

const entries = [
  { in: './src/main.ts', out: 'main' },
  { in: './src/simulator/main.ts', out: 'simulator' },
  { in: './src/admin-reset.ts', out: 'admin-reset' },
  // A file of its own, as a thread begins with a file.
  { in: './src/features/access/password-worker.js', out: 'password-worker' },
];

// Built beside and then renamed: a server that starts meanwhile never reads half a file.
const outdir = `dist/next-${process.pid}`;
try {
  await build({
    entryPoints: entries,
    outdir,
    bundle: true,
    // What main imports once its settings are read is loaded then.
    splitting: true,
    chunkNames: 'chunk-[hash]',
    // A start then reads a few files instead of a thousand, in two thirds of the processor time.
    external: packagesOutside,
    banner: { js: requireBanner },
    plugins: [withoutMapsOfPackages],
    minifyWhitespace: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  const made = readdirSync(outdir);
  const isChunk = (/** @type {string} */ file) => file.startsWith('chunk-');
  for (const file of [...made.filter(isChunk), ...made.filter((each) => !isChunk(each))]) {
    renameSync(`${outdir}/${file}`, `dist/${file}`);
  }
  for (const file of readdirSync('dist')) {
    if (isChunk(file) && !made.includes(file)) rmSync(`dist/${file}`);
  }
  await buildPublic();
  console.log(`Built ${entries.map(({ out }) => `dist/${out}.js`).join(', ')} and dist/public`);
} catch {
  // esbuild has printed why.
  process.exitCode = 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
