import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
export const builtFolder = join(root, 'dist/faults');

/** Shared with what loads them at run time: `native-curve.ts` replaces functions of theirs. */
const sharedPackages = ['libsignal', 'libsignal/*', 'whatsapp-rust-bridge'];
/** What Baileys and others load only when it is there. */
const optionalPackages = ['audio-decode', 'jimp', 'link-preview-js', 'pg-native', 'sharp'];

/** For packages that were written for CommonJS. */
const commonJs = `
import { createRequire as createRequireOfBundle } from 'node:module';
import { dirname as dirnameOfBundle } from 'node:path';
import { fileURLToPath as pathOfBundle } from 'node:url';
const require = createRequireOfBundle(import.meta.url);
const __filename = pathOfBundle(import.meta.url);
const __dirname = dirnameOfBundle(__filename);`;

/**
 * Builds the server of the suite and the simulator, with their packages inside: a process of theirs then starts in half the
 * processor time, and the suite starts a hundred.
 */
export async function buildFaults(): Promise<void> {
  await build({
    entryPoints: [
      { in: join(root, 'test/faults/main.ts'), out: 'main' },
      { in: join(root, 'src/simulator/main.ts'), out: 'simulator' },
    ],
    outdir: builtFolder,
    bundle: true,
    splitting: true,
    external: [...sharedPackages, ...optionalPackages],
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: commonJs },
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
}
