// `npm run quickstart`: from a fresh clone to a running server, with lines to paste. Plain JavaScript without packages.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { keptAdminKey } from './admin-key.mjs';
import { Refusal, build, installPackages, requireNode20, root } from './steps.mjs';

const repeatedSignalMs = 1_000;

/** Real environment first, then `.env`, as the server reads it. */
function loadEnvironment() {
  if (!existsSync(`${root}.env`)) return;
  if (typeof process.loadEnvFile !== 'function') throw new Refusal('Reading .env takes Node 20.12 or newer.');
  process.loadEnvFile(`${root}.env`);
}

function adminKey() {
  const given = process.env['ADMIN_API_KEY']?.trim();
  return given || keptAdminKey(resolve(root, process.env['DATA_DIR']?.trim() || 'data'));
}

/**
 * @param {string} address
 * @param {string} key
 */
function printLines(address, key) {
  const lines = readFileSync(`${root}docs/quickstart.sh`, 'utf8')
    .replace(/^ADDRESS=.*$/m, () => `ADDRESS='${address}'`)
    .replace(/^ADMIN_KEY=.*$/m, () => `ADMIN_KEY='${key.replaceAll("'", String.raw`'\''`)}'`);
  console.log(`\nSwitchboard runs at ${address}\nAdmin key: ${key}\n\n${lines}\nCtrl-C stops it.`);
}

/** @param {string} key */
function startServer(key) {
  // In its own process group: a terminal's Ctrl-C reaches it once, through us.
  const server = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    cwd: root,
    env: { ...process.env, ADMIN_API_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let waitingFor = '';
  let listening = false;
  server.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    process.stdout.write(text);
    if (listening) return;
    waitingFor += text;
    const address = /Listening on (https?:\/\/[^\s"]+)\s*["\n]/.exec(waitingFor)?.[1];
    if (address === undefined) return;
    listening = true;
    printLines(address.replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/]|$)/, '//localhost').replace(/\/$/, ''), key);
  });
  return server;
}

/** @param {import('node:child_process').ChildProcess} server */
function forwardSignals(server) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    let lastAt = -Infinity;
    process.on(signal, () => {
      // npm and the terminal may both send the same one; a second one meant by a person comes later.
      if (performance.now() - lastAt < repeatedSignalMs) return;
      lastAt = performance.now();
      server.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }
}

try {
  requireNode20();
  loadEnvironment();
  const key = adminKey();
  await installPackages();
  await build();
  const server = startServer(key);
  forwardSignals(server);
  server.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 1);
  });
  // Our signal handlers keep nothing alive: the process ends when the server has ended and its output is printed.
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 1;
}
