import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, apiOf } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { startApp } from '../doubles/running-app.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';

const folder = join(import.meta.dirname, '../schema');
const releases = readdirSync(folder).filter((name) => name.endsWith('.sql'));
/** Tables with generated columns need to be told to take what they are given. */
const tables = [
  'whatsapp_accounts',
  'api_keys',
  'channel_keys',
  'lid_mappings',
  'messages',
  'event_counters',
  'events',
];
const customer = '9990000000101';
let simulator: Simulator;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
});
afterAll(() => simulator.stop());

/** Puts what the present release stored where an earlier one kept it; columns that it did not have are left out. */
async function moveTo(old: TestDatabase, from: TestDatabase, table: string): Promise<void> {
  const columnsOf = (database: TestDatabase) =>
    database.rows<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
      [table],
    );
  const present = new Set((await columnsOf(from)).map(({ name }) => name));
  const columns = (await columnsOf(old)).map(({ name }) => name).filter((name) => present.has(name));
  const [row] = await from.rows<{ all: string }>(
    `SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text AS all FROM ${table} t`,
  );
  await old.execute(
    `INSERT INTO ${table} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
     SELECT ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
    [row?.all ?? '[]'],
  );
}

test.each(releases)(
  'an account of release %s starts linked, with its queue and what came meanwhile',
  async (release) => {
    const number = `99900000000${10 + releases.indexOf(release)}`;
    const before = await openTestDatabase();
    const old = await openTestDatabase({ empty: true });
    try {
      // No confirmation comes, so that nothing is worth waiting for when it stops.
      const timings = { confirmationDrainMs: 0 };
      const environment = { ...environmentOf(simulator), TYPING_DELAY_MS: '0' };
      const first = await startApp({ database: before, environment, timings });
      const account: AccountJson = await apiOf(first).createAccount('Shop', 'whatsapp');
      await simulator.control.phone(number).scan(await apiOf(first).qr(account.id));
      await apiOf(first).becomes(account.id, 'ready');
      await apiOf(first).send(account, customer, `first of ${release}`, '?wait=true');
      await simulator.control.fault({ kind: 'drop-acks', number, times: 1_000_000 });
      for (const index of [1, 2, 3]) await apiOf(first).send(account, customer, `queued ${index} of ${release}`);
      await first.data('POST', `/api/accounts/${account.id}/pause`);
      await before.execute('UPDATE whatsapp_accounts SET paused = false');
      await first.stop();
      simulator.control.clearFaults();
      await simulator.control.phone(customer).send({ to: number, text: `while away from ${release}` });

      await old.execute(readFileSync(join(folder, release), 'utf8'));
      for (const table of tables) await moveTo(old, before, table);
      const upgraded = await startApp({ database: old, environment });
      await apiOf(upgraded).becomes(account.id, 'ready');
      for (const index of [1, 2, 3])
        await apiOf(upgraded).lists(account, `queued ${index} of ${release}`, 'sent', 'delivered');
      await apiOf(upgraded).lists(account, `while away from ${release}`, 'received');
      await upgraded.stop();
      const shown = simulator.control
        .phone(customer)
        .messages()
        .flatMap(({ text }) => (text.endsWith(`of ${release}`) ? [text] : []));
      expect(shown).toEqual([`first of ${release}`, ...[1, 2, 3].map((index) => `queued ${index} of ${release}`)]);
      expect(simulator.control.phone(number).devices()).toHaveLength(1);
      expect(simulator.control.counters().undecryptable).toBe(0);
    } finally {
      await before.close();
      await old.close();
    }
  },
);
