import { buildSync } from 'esbuild';
import { join } from 'node:path';

/** A script of `test/in-page`, with what it imports, as text that any page takes. */
export function inPageScript(name: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, '../in-page', name)],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
  });
  return outputFiles[0]?.text ?? '';
}
