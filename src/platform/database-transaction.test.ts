import { describe, expect, test } from 'vitest';
import { useWordDatabase } from '../../test/doubles/word-database.ts';

const rig = useWordDatabase();

describe('the last statement of a transaction', () => {
  const insert = `INSERT INTO word VALUES ($1, $2) RETURNING word`;

  test('is committed with what was begun before it, and nothing follows', async () => {
    const late = rig.db.transaction(async (tx) => {
      const [, last] = await Promise.all([tx.one('SELECT 1'), tx.last(insert, ['a', 1])]);
      expect(last).toEqual({ word: 'a' });
      await tx.execute(`INSERT INTO word VALUES ('b', 2)`);
    });
    await expect(late).rejects.toThrow('This transaction is over');
    expect(await rig.db.rows('SELECT word FROM word')).toEqual([{ word: 'a' }]);
  });

  test('is done before the work that waits for the commit, and not after a failure', async () => {
    const told: string[] = [];
    const inserting = (number: number): Promise<unknown> =>
      rig.db.transaction((tx) => {
        tx.afterCommit(() => told.push(`after ${number}`));
        return tx.last(insert, [`word ${number}`, 1]);
      });
    await inserting(1);
    await expect(inserting(2)).rejects.toMatchObject({ code: '23505' });
    expect(told).toEqual(['after 1']);
    expect(await rig.db.rows('SELECT word FROM word')).toEqual([{ word: 'word 1' }]);
  });

  test('is not there for a transaction that has something to put before COMMIT', async () => {
    const both = rig.db.transaction(async (tx) => {
      tx.beforeCommit(() => Promise.resolve());
      await tx.last(insert, ['a', 1]);
    });
    await expect(both).rejects.toThrow('put before COMMIT');
    expect(await rig.db.rows('SELECT word FROM word')).toEqual([]);
  });
});
