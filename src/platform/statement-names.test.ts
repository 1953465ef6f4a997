import { expect, test } from 'vitest';
import { useWordDatabase } from '../../test/doubles/word-database.ts';

const rig = useWordDatabase();
const sql = 'SELECT number FROM word WHERE word = $1';

/** How often a statement with a name was given to the server. */
function prepared(): number {
  return rig.proxy.sent.filter((message) => /^P statement_\d+ /.test(message)).length;
}

test('a statement that is used again and again is planned once on each connection', async () => {
  const database = await rig.opensNow({ maxConnections: 1 });
  await rig.db.execute(`INSERT INTO word VALUES ('a', 1)`);
  for (let time = 0; time < 3; time += 1) await database.one(sql, ['a']);
  expect(prepared()).toBe(0);
  for (let time = 0; time < 10; time += 1) expect(await database.one(sql, ['a'])).toEqual({ number: 1 });
  expect(prepared()).toBe(1);
  rig.proxy.cut();
  await expect.poll(() => rig.proxy.open).toBe(0);
  expect(await database.one(sql, ['a'])).toEqual({ number: 1 });
  expect(prepared()).toBe(2);
});

test('once the server has lost one, the caller is told to try again, and none is used any more', async () => {
  const database = await rig.opensNow({ maxConnections: 1 });
  for (let time = 0; time < 5; time += 1) await database.one(sql, ['a']);
  await database.execute('DEALLOCATE ALL');
  await expect(database.one(sql, ['a'])).rejects.toMatchObject({ code: 'database.unavailable', retryable: true });
  const before = prepared();
  for (let time = 0; time < 5; time += 1) expect(await database.one(sql, ['a'])).toBeUndefined();
  expect(prepared()).toBe(before);
});

test('a statement whose column has another type by now is tried again on a new connection', async () => {
  const database = await rig.opensNow({ maxConnections: 1 });
  await rig.db.execute('CREATE TABLE length (metres int)');
  const lengths = 'SELECT metres FROM length WHERE metres >= $1';
  for (let time = 0; time < 5; time += 1) await database.rows(lengths, [0]);
  await rig.db.execute('ALTER TABLE length ALTER metres TYPE text');
  await rig.db.execute('ALTER TABLE length ALTER metres TYPE numeric USING 0');
  await expect(database.rows(lengths, [0])).rejects.toMatchObject({ code: 'database.unavailable' });
  expect(await database.rows(lengths, [0])).toEqual([]);
});
