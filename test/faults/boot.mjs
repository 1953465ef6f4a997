// Runs a bundle with the code that V8 compiled in an earlier run of it: half of a start is compiling.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const [file = ''] = process.argv.splice(2, 1);
const compiled = `${file}.compiled`;
const cachedData = readIfThere(compiled);
const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
  filename: file,
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  ...(cachedData && { cachedData }),
});
if (!cachedData || script.cachedDataRejected) {
  process.once('exit', () => {
    const beside = `${compiled}.${process.pid}`;
    writeFileSync(beside, script.createCachedData());
    renameSync(beside, compiled);
  });
}
const own = { exports: {} };
const run = /** @type {(...parts: readonly unknown[]) => void} */ (script.runInThisContext());
run(own.exports, createRequire(file), own, file, dirname(file));
