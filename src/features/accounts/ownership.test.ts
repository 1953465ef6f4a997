import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDelayProxy, type DelayProxy } from '../../../test/doubles/delay-proxy.ts';
import { longLease } from '../../../test/doubles/leases.ts';
import { createPostgresProxy } from '../../../test/doubles/postgres-proxy.ts';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createDatabase, type Database } from '../../platform/database.ts';
import { createLeases } from '../../platform/leases.ts';
import { settingsWithDefaults } from './account-settings.ts';
import type { AccountOutline } from './accounts.store.ts';
import { createOwnership, type Ownership } from './ownership.ts';

const log = createRecordingLog();
let database: TestDatabase;
let proxy: DelayProxy;
let far: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  proxy = await createDelayProxy({ target: database.connection, delayMs: 200 });
  far = createDatabase({ connection: () => proxy.connection, clock, log });
  await far.start();
});
afterAll(async () => {
  await far.stop();
  await proxy.close();
  await database.close();
});

const insertSql = `
  INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
  VALUES ($1, $1, 'whatsapp', 'initializing', '')`;

async function create(ownership: Ownership, index: number): Promise<void> {
  const account: AccountOutline = {
    id: `acc_new${index}`,
    kind: 'whatsapp',
    phone: null,
    linked: false,
    paused: false,
    statusReason: null,
    settings: settingsWithDefaults('whatsapp', {}),
  };
  await database.transaction(async (tx) => {
    await tx.execute(insertSql, [account.id]);
    await ownership.takeNew(tx, account);
  });
}

test('accounts that are created while the rows are read are not taken for deleted ones; a deleted one is', async () => {
  const leases = createLeases({ database, timings: longLease, clock, log });
  const seen = new Set<string>();
  const deleted: string[] = [];
  const ownership = createOwnership({
    database: far,
    leases,
    alone: false,
    timings: { pollMs: 10, lookMs: 10 },
    mayTake: () => true,
    taken: () => Promise.resolve(),
    lost: () => undefined,
    seen: ({ id }) => void seen.add(id),
    deleted: ({ id }) => void deleted.push(id),
    clock,
    log,
  });
  await ownership.start();
  for (let index = 0; index < 40; index += 1) {
    await create(ownership, index);
    await clock.sleep(15);
  }
  await waitFor(() => seen.size === 40);
  expect(deleted).toEqual([]);
  await database.execute(`DELETE FROM whatsapp_accounts WHERE id = 'acc_new7'`);
  await waitFor(() => deleted.length > 0);
  expect(deleted).toEqual(['acc_new7']);
  await ownership.stop();
  await leases.stop();
});

test('an account that was deleted since it was read leaves no lease behind when it is taken', async () => {
  const leases = createLeases({ database, timings: longLease, clock, log });
  for (const id of ['acc_gone', 'acc_stays']) await database.execute(insertSql, [id]);
  let mayTake = false;
  let isRead = false;
  const taken: string[] = [];
  const ownership = createOwnership({
    database,
    leases,
    alone: false,
    timings: { pollMs: 600_000, lookMs: 10 },
    mayTake() {
      isRead = true;
      return mayTake;
    },
    taken: ({ id }) => Promise.resolve(void taken.push(id)),
    lost: () => undefined,
    seen: () => undefined,
    deleted: () => undefined,
    clock,
    log,
  });
  await database.execute(`UPDATE account_leases SET expires_at = '-infinity'`);
  await ownership.start();
  await waitFor(() => isRead);
  await database.execute(`DELETE FROM whatsapp_accounts WHERE id = 'acc_gone'`);
  mayTake = true;
  await waitFor(() => taken.includes('acc_stays'));
  await ownership.stop();
  expect(taken).not.toContain('acc_gone');
  expect(await database.rows(`SELECT 1 FROM account_leases WHERE account_id = 'acc_gone'`)).toEqual([]);
  await leases.stop();
});

test('an account whose row could not be read after it was taken is begun with all the same', async () => {
  const network = await createPostgresProxy(database.connection);
  const away = createDatabase({ connection: () => network.connection(), clock, log });
  await away.start();
  const leases = createLeases({ database, timings: longLease, clock, log });
  await database.execute(insertSql, ['acc_unread']);
  const taken: string[] = [];
  let isCut = false;
  const ownership = createOwnership({
    database: away,
    leases,
    alone: false,
    timings: { pollMs: 600_000, lookMs: 10 },
    mayTake() {
      if (isCut) return true;
      isCut = true;
      network.refuse('57P03', 3);
      network.cut();
      return true;
    },
    taken: ({ id }) => Promise.resolve(void taken.push(id)),
    lost: () => undefined,
    seen: () => undefined,
    deleted: () => undefined,
    clock,
    log,
  });
  await database.execute(`UPDATE account_leases SET expires_at = '-infinity'`);
  await ownership.start();
  await waitFor(() => taken.includes('acc_unread'));
  expect(taken.filter((id) => id === 'acc_unread')).toHaveLength(1);
  await ownership.stop();
  await leases.stop();
  await away.stop();
  await network.close();
});
