import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packagesOutside } from '../../scripts/bundling.mjs';

const root = join(import.meta.dirname, '../..');

/**
 * Builds the server of the suite and the simulator with their packages inside, each in one file that `boot.mjs` runs. The
 * suite starts a hundred processes; so built, one takes half of the processor time to start.
 */
export async function buildFaults(): Promise<void> {
  const outdir = join(root, 'dist/faults');
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [
      { in: join(root, 'test/faults/main.ts'), out: 'main' },
      { in: join(root, 'src/simulator/main.ts'), out: 'simulator' },
    ],
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    external: packagesOutside,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    define: { 'import.meta.url': 'urlOfBundle' },
    banner: { js: "const urlOfBundle = require('node:url').pathToFileURL(__filename).href;" },
    minifyWhitespace: true,
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
}
