import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createControlServer } from './control-server.ts';
import type { SimulatorStore } from './options.ts';
import { createSimulator } from './simulator.ts';
import { createFrozenState, createStateFile } from './state-file.ts';

/** A file to keep the state in; or one to begin with, of these phones only where they are given. */
function storeOf(
  state: string | undefined,
  beginWith: string | undefined,
  phones: readonly string[] | undefined,
): SimulatorStore | undefined {
  if (state !== undefined) return createStateFile(state);
  return beginWith === undefined ? undefined : createFrozenState(beginWith, phones);
}

/** The simulator as a process of its own: prints `{ url, noiseRoot, mediaHost, mediaCa, control }` on one line when it is ready. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'media-port': { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      state: { type: 'string' },
      seed: { type: 'string' },
      'receipt-delay-ms': { type: 'string' },
      'kept-messages': { type: 'string' },
      'begin-with': { type: 'string' },
      phones: { type: 'string' },
    },
  });
  // libsignal prints key material; nothing else here writes through the console.
  Object.assign(console, { info: () => undefined, warn: () => undefined, error: () => undefined });

  const seed = values.seed === undefined ? randomBytes(32) : Buffer.from(values.seed, 'hex');
  if (seed.length !== 32) throw new Error('--seed takes 64 hexadecimal digits');
  const delay = values['receipt-delay-ms'];
  const kept = values['kept-messages'];
  const store = storeOf(values.state, values['begin-with'], values.phones?.split(','));
  const simulator = createSimulator({
    seed,
    port: Number(values.port),
    mediaPort: Number(values['media-port']),
    log: (message, context) => process.stderr.write(`${JSON.stringify({ message, ...context })}\n`),
    ...(store === undefined ? {} : { store }),
    ...(delay === undefined ? {} : { receiptDelayMs: Number(delay) }),
    ...(kept === undefined ? {} : { keptMessages: Number(kept) }),
  });
  const control = createControlServer(simulator.control);
  const stop = async (): Promise<void> => {
    await control.stop();
    await simulator.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

  await simulator.start();
  const ready = {
    url: simulator.url,
    noiseRoot: Buffer.from(simulator.noiseRoot).toString('hex'),
    mediaHost: simulator.mediaHost,
    mediaCa: simulator.mediaCa,
    control: await control.start(Number(values['control-port'])),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

void main();
