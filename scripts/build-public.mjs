// Bundles what browsers load into dist/public, under names that change with the content, with a list of those names.
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const entries = {
  script: 'public/js/dashboard.ts',
  style: 'public/css/dashboard.css',
  icons: 'public/icons/icons.svg',
  favicon: 'public/icons/favicon.svg',
};

/** Built beside and then renamed, the list last: a server that starts meanwhile never reads half a file. */
export async function buildPublic() {
  const outdir = `dist/next-public-${process.pid}`;
  const target = 'dist/public';
  try {
    const { metafile } = await build({
      entryPoints: Object.values(entries),
      outdir,
      bundle: true,
      minify: true,
      metafile: true,
      platform: 'browser',
      target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
      format: 'esm',
      entryNames: '[name]-[hash]',
      assetNames: '[name]-[hash]',
      loader: { '.svg': 'copy', '.woff2': 'file' },
      sourcemap: false,
      logLevel: 'warning',
      tsconfig: 'public/tsconfig.json',
    });
    /** @type {Record<string, string>} */
    const names = {};
    for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
      const entry = Object.entries(entries).find(([, path]) => path === entryPoint);
      if (entry) names[entry[0]] = basename(file);
    }
    // A copied file has no entry point in the report.
    for (const key of /** @type {const} */ (['icons', 'favicon'])) {
      const stem = basename(entries[key], '.svg');
      names[key] ??= readdirSync(outdir).find((file) => file.startsWith(`${stem}-`) && file.endsWith('.svg')) ?? '';
    }
    const files = readdirSync(outdir);
    mkdirSync(target, { recursive: true });
    for (const file of files) renameSync(`${outdir}/${file}`, `${target}/${file}`);
    writeFileSync(`${target}/next-${process.pid}`, `${JSON.stringify({ ...names, files }, null, 2)}\n`);
    renameSync(`${target}/next-${process.pid}`, `${target}/assets.json`);
    // Of earlier builds; a running server has its own in memory.
    const present = new Set([...files, 'assets.json']);
    for (const file of readdirSync(target)) if (!present.has(file)) rmSync(`${target}/${file}`, { force: true });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
