import { databaseUrl } from '../doubles/database-url.ts';
import type { TestDatabase } from '../doubles/database-copies.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import type { SimulatorProcess } from '../doubles/simulator-process.ts';
import type { Faults } from './faults.ts';
import { type LinkedAccount, secrets } from './linked-world.ts';
import { listening, type Server, startServer } from './server.ts';
import type { Stage } from './stage.ts';

export interface RigOptions {
  /** How many linked accounts there are; 1 unless given. */
  accounts?: number;
  simulator?: readonly string[];
}

export interface StartOptions extends Faults {
  environment?: Record<string, string>;
}

/** A database, a network and linked accounts; servers are started on them. */
export interface Rig {
  readonly database: TestDatabase;
  readonly simulator: SimulatorProcess;
  readonly accounts: readonly LinkedAccount[];
  /** The first account. */
  readonly account: LinkedAccount;
  /** Resolves once it takes requests. */
  start(options?: StartOptions): Promise<Server>;
  /** The same, and every account is online. */
  startOnline(options?: StartOptions): Promise<Server>;
  /** Starts a process and leaves to the caller what becomes of it. */
  spawn(options?: StartOptions): Server['child'];
  /** Every account has its line, and the server says so. */
  online(server: Server): Promise<void>;
  /** SIGKILL of the only server; the leases end with it. */
  kill(server: Server): Promise<void>;
  /** Ends the leases of who is certainly dead, because waiting for that would prove nothing here. */
  endLeases(): Promise<void>;
}

export async function openRig(stage: Stage, options: RigOptions = {}): Promise<Rig> {
  const { accounts: count = 1, simulator: args = [] } = options;
  const world = await stage.suite.world();
  const database = await world.copyDatabase(count);
  stage.later(() => database.close());
  const simulator = await world.startSimulator(count, ...args);
  stage.later(() => simulator.stop());
  const accounts = world.accounts.slice(0, count);
  const [account] = accounts;
  if (!account) throw new Error('A rig has at least one account');

  function spawn({ environment = {}, ...faults }: StartOptions = {}): Server['child'] {
    const child = startServer(
      { DATABASE_URL: databaseUrl(database.connection), ...secrets, ...environmentOf(simulator), ...environment },
      faults,
    );
    stage.witness(child);
    stage.later(() => child.kill('SIGKILL'));
    return child;
  }
  async function openLines(): Promise<number> {
    const logins = await simulator.control.logins();
    const open = new Set(logins.filter(({ closedAtMs }) => closedAtMs === undefined).map(({ device }) => device));
    return accounts.filter(({ device }) => open.has(device)).length;
  }
  async function online(server: Server): Promise<void> {
    // The rows may still say what a former server wrote.
    await stage.until('all lines are open', async () => (await openLines()) === count, 60_000);
    await Promise.all(accounts.map(({ id }) => server.api.becomes(id, 'ready')));
  }
  async function start(starting?: StartOptions): Promise<Server> {
    return listening(spawn(starting));
  }

  async function endLeases(): Promise<void> {
    await database.execute('UPDATE account_leases SET expires_at = now()');
  }

  return {
    database,
    simulator,
    accounts,
    account,
    spawn,
    start,
    online,
    async startOnline(starting) {
      const server = await start(starting);
      await online(server);
      return server;
    },
    async kill(server) {
      await server.kill();
      await stage.until('its lines are gone', async () => (await openLines()) === 0);
      await endLeases();
    },
    endLeases,
  };
}
