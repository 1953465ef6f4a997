import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endsWithin, systemClock } from '../../src/platform/clock.ts';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { errorMessage } from '../../src/platform/errors.ts';
import { copyDatabase, type TestDatabase } from '../doubles/database-copies.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type SimulatorProcess, startSimulatorOf } from '../doubles/simulator-process.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { complaints } from './complaints.ts';
import { bootFile, builtFile, listening, type Server, startServer } from './server.ts';

/** An account that is linked to a phone of the simulated network. */
export interface LinkedAccount {
  readonly id: string;
  readonly apiKey: string;
  /** Digits. */
  readonly number: string;
  /** Jid of the linked device. */
  readonly device: string;
}

/** Accounts that were linked once, for scenarios that begin with copies. */
export interface LinkedWorld {
  readonly accounts: readonly LinkedAccount[];
  /** A database in which these are the first `count` accounts and the only ones. */
  copyDatabase(count: number): Promise<TestDatabase>;
  /** The network with the phones of the first `count`, in a process of its own. */
  startSimulator(count: number, ...args: readonly string[]): Promise<SimulatorProcess>;
  remove(): Promise<void>;
}

const firstNumber = 9_990_000_000_001;
const longestLinkingMs = 90_000;
const networkSeed = '0f'.repeat(32);

export const secrets = {
  ENCRYPTION_KEY: 'the encryption key of the faults, 32 and more',
  SESSION_SECRET: 'the session secret of the faults, 32 and more',
};

interface Linking {
  readonly count: number;
  readonly server: Server;
  readonly simulator: SimulatorProcess;
  /** How far each account has come, by number. */
  readonly progress: Map<string, string>;
}

async function link({ server, simulator, progress }: Linking, index: number): Promise<LinkedAccount> {
  const { api } = server;
  const number = String(firstNumber + index);
  const reached = (step: string): unknown => progress.set(number, step);
  const settings = { pacing: { preset: 'unpaced' } };
  const { id, apiKey } = await api.createAccount(`Branch ${index + 1}`, 'whatsapp', settings);
  const phone = simulator.control.phone(number);
  reached('created');
  await waitFor(async () => (await api.account(id)).status === 'qr_ready');
  reached('shows a code');
  const { deviceJid } = await phone.scan(await api.qr(id));
  reached('scanned');
  await api.becomes(id, 'ready');
  reached('ready');
  // The first sync is over, so that each scenario begins in the same state.
  await waitFor(async () => (await phone.unacknowledged()) === 0);
  reached('linked');
  return { id, apiKey, number, device: deviceJid };
}

/** Rejects with how far it came, when it takes too long. */
async function linkAll(linking: Linking): Promise<readonly LinkedAccount[]> {
  let linked: readonly LinkedAccount[] = [];
  const work = Promise.all(Array.from({ length: linking.count }, (_, index) => link(linking, index)));
  const linkedInTime = endsWithin(
    systemClock,
    longestLinkingMs,
    work.then((accounts) => (linked = accounts)),
  );
  const trouble = await linkedInTime.then(
    (inTime) => (inTime ? undefined : 'It takes too long'),
    (error: unknown) => errorMessage(error),
  );
  if (trouble === undefined) return linked;
  const steps = Array.from(linking.progress, ([number, step]) => `${number} ${step}`);
  throw new Error([`${trouble}: ${steps.join(', ')}`, ...complaints(linking.server.child)].join('\n       '));
}

/** Links the accounts with the product's own means and keeps what that left: a database and the network's state. */
export async function createLinkedWorld(
  postgres: ConnectionSettings,
  { folder, count }: { folder: string; count: number },
): Promise<LinkedWorld> {
  const template = await copyDatabase(postgres, 'template');
  const state = join(folder, 'network');
  const args = [builtFile('simulator'), '--seed', networkSeed, '--receipt-delay-ms', '20'];
  const simulator = await startSimulatorOf(bootFile, [...args, '--state', state]);
  const environment = { DATABASE_URL: databaseUrl(template.connection), ...secrets, ...environmentOf(simulator) };
  const server = await listening(startServer(environment, {}));
  const accounts = await linkAll({ count, server, simulator, progress: new Map() });
  const code = await server.stop();
  if (code !== 0) throw new Error(`The server ended with ${code}`);
  // Leaves what V8 has compiled, as the server does.
  await simulator.stop('SIGTERM');
  // One connection to a template is enough to make copying it impossible.
  await template.stop();
  const frozen = join(folder, 'frozen');
  await copyFile(state, frozen);
  return {
    accounts,
    async copyDatabase(count) {
      const database = await copyDatabase(postgres, template.connection.database);
      const ids = accounts.slice(0, count).map(({ id }) => id);
      await database.execute('DELETE FROM whatsapp_accounts WHERE NOT id = ANY($1::text[])', [ids]);
      return database;
    },
    startSimulator(count, ...more) {
      const phones = accounts.slice(0, count).map(({ number }) => number);
      const beginning = ['--begin-with', frozen, '--phones', phones.join(',')];
      return startSimulatorOf(bootFile, [...args, ...beginning, ...more], { keepErrors: true });
    },
    async remove() {
      await template.close();
      await rm(state, { force: true });
    },
  };
}
