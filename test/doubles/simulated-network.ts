import type { UserFacingSocketConfig } from '@whiskeysockets/baileys';
import { afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import type { Control } from '../../src/simulator/control.ts';
import { createMediaFolder } from '../../src/simulator/media-store.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { linkClient } from './linked-client.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { connectStock, copyOf, type StockAccount, type StockClient } from './stock-client.ts';

const seed = Buffer.alloc(32, 7);
const receiptDelayMs = 20;

export interface SimulatedNetwork {
  readonly simulator: Simulator;
  readonly control: Control;
  readonly store: MemoryStore;
  /** What is on the disk of the client that is linked to this number. */
  account(number: string): StockAccount;
  connect(account: StockAccount, options?: Partial<UserFacingSocketConfig>): StockClient;
  /** Logs the linked client of this number in. */
  login(number: string, options?: Partial<UserFacingSocketConfig>): Promise<StockClient>;
  /** As kill -9 and a new start would: all that is left are the rows written by now, or these. */
  restart(rows?: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

/** A fresh network for every test, in which a stock client is linked to each of these numbers (linked once, then copied). */
export function useSimulatedNetwork(numbers: readonly string[]): SimulatedNetwork {
  let linkedRows: ReadonlyMap<string, Uint8Array> = new Map();
  const linkedAccounts = new Map<string, StockAccount>();
  let accounts = new Map<string, StockAccount>();
  let store = createMemoryStore();
  // Its files outlive a restart.
  const media = createMediaFolder();
  let simulator = createSimulator({ seed, store, media, receiptDelayMs });
  const clients: StockClient[] = [];

  beforeAll(async () => {
    await simulator.start();
    for (const number of numbers) {
      const { client, account } = await linkClient(simulator.url, simulator.control.phone(number));
      await client.until(() => (account.creds.accountSyncCounter > 0 ? true : undefined));
      await vi.waitFor(() => expect([...store.rows.keys()].filter((key) => key.startsWith('queue:'))).toEqual([]));
      await client.end();
      linkedAccounts.set(number, copyOf(account));
    }
    await simulator.stop();
    linkedRows = new Map(store.rows);
  });
  beforeEach(async () => {
    accounts = new Map(Array.from(linkedAccounts, ([number, account]) => [number, copyOf(account)]));
    store = createMemoryStore(linkedRows);
    simulator = createSimulator({ seed, store, media, receiptDelayMs });
    await simulator.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
    await simulator.stop();
    await media.close();
    expect(simulator.control.counters().unknownQueries).toEqual([]);
  });

  function account(number: string): StockAccount {
    const linked = accounts.get(number);
    if (!linked) throw new Error(`No client is linked to ${number}`);
    return linked;
  }
  function connect(with_: StockAccount, options?: Partial<UserFacingSocketConfig>): StockClient {
    const client = connectStock(with_, simulator.url, options);
    clients.push(client);
    return client;
  }
  return {
    get simulator() {
      return simulator;
    },
    get control() {
      return simulator.control;
    },
    get store() {
      return store;
    },
    account,
    connect,
    async login(number, options) {
      const client = connect(account(number), options);
      await client.opened();
      return client;
    },
    async restart(rows = new Map(store.rows)) {
      await simulator.stop();
      store = createMemoryStore(rows);
      simulator = createSimulator({ seed, store, media, receiptDelayMs });
      await simulator.start();
    },
  };
}
