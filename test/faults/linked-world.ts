import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { errorMessage } from '../../src/platform/errors.ts';
import type { AccountJson, Api } from '../doubles/api.ts';
import { copyDatabase, type TestDatabase } from '../doubles/database-copies.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type SimulatorProcess, startSimulatorOf } from '../doubles/simulator-process.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { complaints } from './complaints.ts';
import { listening, startServer } from './server.ts';

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
  /** The network with their phones, in a process of its own. */
  startSimulator(...args: readonly string[]): Promise<SimulatorProcess>;
  remove(): Promise<void>;
}

export const simulatorFile = '../../dist/faults/simulator.js';
/** As many as the scenario that needs most. */
const linkedAccounts = 20;
const firstNumber = 9_990_000_000_001;
const networkSeed = '0f'.repeat(32);

export const secrets = {
  ENCRYPTION_KEY: 'the encryption key of the faults, 32 and more',
  SESSION_SECRET: 'the session secret of the faults, 32 and more',
};

async function link(server: Api, simulator: SimulatorProcess, index: number) {
  const number = String(firstNumber + index);
  const settings = { pacing: { preset: 'unpaced' } };
  const { id, apiKey }: AccountJson = await server.createAccount(`Branch ${index + 1}`, 'whatsapp', settings);
  const phone = simulator.control.phone(number);
  await waitFor(async () => (await server.account(id)).status === 'qr_ready');
  const { deviceJid } = await phone.scan(await server.qr(id));
  await server.becomes(id, 'ready');
  // The first sync is over, so that each scenario begins in the same state.
  await waitFor(async () => (await phone.unacknowledged()) === 0);
  return { id, apiKey, number, device: deviceJid };
}

/** Links the accounts with the product's own means and keeps what that left: a database and the network's state. */
export async function createLinkedWorld(postgres: ConnectionSettings, folder: string): Promise<LinkedWorld> {
  const template = await copyDatabase(postgres, 'template');
  const state = join(folder, 'network');
  const args = ['--seed', networkSeed, '--receipt-delay-ms', '20'];
  const simulator = await startSimulatorOf(simulatorFile, [...args, '--state', state]);
  const environment = { DATABASE_URL: databaseUrl(template.connection), ...secrets, ...environmentOf(simulator) };
  const server = await listening(startServer(environment, {}));
  const accounts = await Promise.all(
    Array.from({ length: linkedAccounts }, (_, index) => link(server.api, simulator, index)),
  ).catch((error: unknown) => {
    throw new Error([errorMessage(error), ...complaints(server.child)].join('\n       '));
  });
  await server.stop();
  await simulator.stop();
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
    startSimulator: (...more) =>
      startSimulatorOf(simulatorFile, [...args, '--begin-with', frozen, ...more], { keepErrors: true }),
    async remove() {
      await template.close();
      await rm(state, { force: true });
    },
  };
}
