import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { createSecrets } from '../../platform/secrets.ts';
import {
  claimFiles,
  type FileTry,
  findStored,
  finishTry,
  makeRoom,
  postponeTry,
  readStored,
  TryOver,
  usageOfStored,
  wantedFileKind,
  writeStored,
} from './stored-files.store.ts';

const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
const wanted = wantedFileKind(createEventBus(systemClock), 'wanted');
const present = { name: 'acc_1', epoch: 2 };
const former = { name: 'acc_1', epoch: 1 };
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ('acc_1', 'Shop', 'sandbox', 'ready', '')`);
  await database.execute(`
    INSERT INTO account_leases (account_id, owner, epoch, expires_at) VALUES ('acc_1', 'us', 2, now() + interval '1 hour')`);
});
beforeEach(async () => {
  await database.execute('DELETE FROM messages');
});
afterAll(() => database.close());

const insertSql = `
  INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, content, original,
                        status, deleted_at)
  VALUES ($1, 'acc_1', 'incoming', 'contact', $1, 'chat', 'personal', '', 'image', '{"file": {}}', '\\x00', 'received', $2)`;

async function want(...ids: readonly string[]): Promise<void> {
  for (const id of ids) await database.execute(insertSql, [id, null]);
  const changes = ids.map((messageId) => ({ owner: 'acc_1', row: { messageId } }));
  await database.transaction((tx) => wanted.apply(tx, changes));
}

async function claimed(lease = present, underWay: readonly string[] = [], count = 9): Promise<FileTry[]> {
  return claimFiles(database, { leases: [lease], underWay, count });
}

async function claimOne(): Promise<FileTry> {
  const [file] = await claimed();
  if (!file) throw new Error('Nothing was claimed');
  return file;
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function store(file: FileTry, bytes: Uint8Array, lease = present): Promise<boolean> {
  const sizeBytes = await writeStored(database, secrets, file, of(bytes));
  return finishTry(database, file, { sizeBytes, lease });
}

async function reserve(file: FileTry, sizeBytes: number, mostBytes: number): Promise<number | undefined> {
  return database.transaction((tx) => makeRoom(tx, file, { sizeBytes, mostBytes }));
}

test('only messages that are here, and not deleted, are wanted; each once', async () => {
  await database.execute(insertSql, ['msg_gone', new Date()]);
  await want('msg_1');
  const changes = ['msg_1', 'msg_gone', 'msg_never'].map((messageId) => ({ owner: 'acc_1', row: { messageId } }));
  await database.transaction((tx) => wanted.apply(tx, changes));
  expect(await claimed()).toEqual([{ messageId: 'msg_1', accountId: 'acc_1', attempt: 1, refusals: 0 }]);
});

test('a file is claimed in the name of the present lease only, and not twice by who has it', async () => {
  await want('msg_1', 'msg_2');
  expect(await claimed(former)).toEqual([]);
  expect(await claimed(present, ['msg_1'], 1)).toMatchObject([{ messageId: 'msg_2' }]);
});

test('of two tries only the later is taken, and only from the present owner', async () => {
  await want('msg_1');
  const first = await claimOne();
  const bytes = randomBytes(600_000);
  await writeStored(database, secrets, first, of(randomBytes(300_000)));
  const second = await claimOne();
  expect(second.attempt).toBe(2);
  await expect(writeStored(database, secrets, first, of(bytes))).rejects.toThrow(TryOver);
  expect(await finishTry(database, first, { sizeBytes: bytes.length, lease: present })).toBe(false);
  expect(await store(second, bytes, former)).toBe(false);
  expect(await findStored(database, 'msg_1')).toBeUndefined();
  expect(await finishTry(database, second, { sizeBytes: bytes.length, lease: present })).toBe(true);
  const found = await findStored(database, 'msg_1');
  expect(found && (await buffer(readStored(database, secrets, found))).equals(bytes)).toBe(true);
  expect(await claimed()).toEqual([]);
});

test('a try that is postponed leaves nothing and comes later', async () => {
  await want('msg_1');
  const file = await claimOne();
  await reserve(file, 500, 1_000);
  await writeStored(database, secrets, file, of(randomBytes(500)));
  await postponeTry(database, file, 3_600_000);
  expect(await claimed()).toEqual([]);
  expect(await database.rows('SELECT FROM stored_pieces')).toEqual([]);
  await postponeTry(database, { ...file, refusals: 3 }, 0);
  expect(await claimed()).toMatchObject([{ attempt: 2, refusals: 3 }]);
});

test('room is made by removing what was stored first, never what is being fetched', async () => {
  await want('msg_1', 'msg_2', 'msg_3', 'msg_4');
  const [one, two, three, four] = await claimed();
  if (!one || !two || !three || !four) throw new Error('Not all were claimed');
  for (const file of [two, one]) {
    expect(await reserve(file, 400, 1_000)).toBe(0);
    await store(file, randomBytes(400));
  }
  expect(await reserve(three, 400, 1_000)).toBe(1);
  expect(await findStored(database, two.messageId)).toBeUndefined();
  expect(await reserve(four, 700, 1_000)).toBeUndefined();
  expect(await findStored(database, one.messageId)).toBeDefined();
  expect(await reserve(four, 600, 1_000)).toBe(1);
  expect(await usageOfStored(database)).toEqual({ files: 0, bytes: 0, waiting: 2 });
});
