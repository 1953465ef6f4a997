// Generates secrets again and again, for a test that kills it: run with <data directory>
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { loadGeneratedSecrets } from '../../src/platform/generated-secrets.ts';
import { createRecordingLog } from './recording-log.ts';

const dataDirectory = process.argv[2] ?? '';
process.stdout.write('loading\n');
for (;;) {
  await loadGeneratedSecrets({ dataDirectory, clock, log: createRecordingLog() });
  await rm(join(dataDirectory, 'secrets.json'));
}
