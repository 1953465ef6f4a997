import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError, loadEnvironment, readConfig } from './config.ts';
import { systemClock } from './platform/clock.ts';
import { errorMessage } from './platform/errors.ts';
import { completeSecrets } from './platform/generated-secrets.ts';
import { createLog } from './platform/log.ts';
import { runUntilSignal } from './platform/process.ts';
import { shareAsyncLocalStorage } from './platform/shared-async-storage.ts';

function pathInPackage(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

try {
  const config = readConfig(loadEnvironment(process.cwd()));
  const log = createLog({ level: config.logLevel, json: config.production });
  const keys = await completeSecrets(config, { dataDirectory: config.dataDir, clock: systemClock, log });
  const { installNativeCurve } = await import('./channels/baileys/native-curve.ts');
  installNativeCurve();
  shareAsyncLocalStorage();
  // Loading it takes a second, which a mistake in the settings need not wait for. It imports Baileys.
  const { appTimings, createApp } = await import('./app.ts');
  const { version } = JSON.parse(readFileSync(pathInPackage('package.json'), 'utf8')) as { version: string };
  const app = createApp({
    config,
    ...keys,
    version,
    schemaPath: pathInPackage('schema.sql'),
    assetsDirectory: pathInPackage('dist/public'),
    timings: appTimings,
    databaseConnections: 5,
    clock: systemClock,
    random: Math.random,
    probe: () => undefined,
    log,
  });
  const onStarted = async (): Promise<void> => {
    const [link] = await Promise.allSettled([app.setupLink()]);
    process.stdout.write(`Listening on ${app.address}\n`);
    // Never through the logger: whoever has the link becomes the admin.
    if (link.status === 'fulfilled' && link.value !== undefined) {
      process.stdout.write(`Nobody can sign in yet. Choose the admin's password at ${link.value}\n`);
    }
  };
  // Libraries leave timers behind, which must not keep a stopped server alive.
  process.exit(await runUntilSignal(app, { log, onStarted }));
} catch (error) {
  const sentences = error instanceof ConfigError ? error.mistakes : [errorMessage(error)];
  process.stderr.write(`${sentences.join('\n')}\n`);
  process.exit(1);
}
