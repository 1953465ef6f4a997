import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { appTimings, createApp } from './app.ts';
import { ConfigError, loadEnvironment, readConfig } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { errorMessage } from './platform/errors.ts';
import { loadGeneratedSecrets } from './platform/generated-secrets.ts';
import { createLog } from './platform/log.ts';
import { runUntilSignal } from './platform/process.ts';

function pathInPackage(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

try {
  const config = readConfig(loadEnvironment(process.cwd()));
  const log = createLog({ level: config.logLevel, json: config.production });
  const generated = { dataDirectory: config.dataDir, clock: systemClock, log };
  const { version } = JSON.parse(readFileSync(pathInPackage('package.json'), 'utf8')) as { version: string };
  const app = createApp({
    config,
    encryptionKey: config.encryptionKey ?? (await loadGeneratedSecrets(generated)).encryptionKey,
    version,
    schemaPath: pathInPackage('schema.sql'),
    timings: appTimings,
    clock: systemClock,
    random: Math.random,
    log,
  });
  const onStarted = (): void => void process.stdout.write(`Listening on ${app.address}\n`);
  // Libraries leave timers behind, which must not keep a stopped server alive.
  process.exit(await runUntilSignal(app, { log, onStarted }));
} catch (error) {
  const sentences = error instanceof ConfigError ? error.mistakes : [errorMessage(error)];
  process.stderr.write(`${sentences.join('\n')}\n`);
  process.exit(1);
}
