import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { beforeAll, describe, expect, test } from 'vitest';
import { shareAsyncLocalStorage } from './shared-async-storage.ts';

/** As the import above is bound before sharing. */
const nodes = AsyncLocalStorage;

beforeAll(() => {
  shareAsyncLocalStorage();
});

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is made from now on is shared, also through an import from before; sharing again changes nothing', () => {
  const shared = AsyncLocalStorage;
  expect(shared).not.toBe(nodes);
  shareAsyncLocalStorage();
  expect(AsyncLocalStorage).toBe(shared);
});

describe.each([
  ['Node’s', () => nodes],
  ['the shared', () => AsyncLocalStorage],
])('%s storage', (_, kind) => {
  const newStorage = <T>(): AsyncLocalStorage<T> => new (kind())<T>();

  test('holds nothing outside of a run, and its own inside, over timers, promises and emitters', async () => {
    const storage = newStorage<number>();
    expect(storage.getStore()).toBeUndefined();
    const seen = await storage.run(1, async () => {
      const before = storage.getStore();
      await tick();
      await Promise.resolve();
      return [before, storage.getStore()];
    });
    expect([...seen, storage.getStore()]).toEqual([1, 1, undefined]);
  });

  test('passes arguments, results and errors on', () => {
    const storage = newStorage<string>();
    expect(storage.run('a', (x: number, y: number) => x + y + String(storage.getStore()).length, 2, 3)).toBe(6);
    expect(() =>
      storage.run('a', () => {
        throw new Error('as it is');
      }),
    ).toThrow('as it is');
    expect(storage.getStore()).toBeUndefined();
  });

  test('nests, and comes back to what was before', async () => {
    const storage = newStorage<string>();
    await storage.run('outer', async () => {
      await storage.run('inner', async () => {
        await tick();
        expect(storage.getStore()).toBe('inner');
      });
      expect(storage.getStore()).toBe('outer');
      storage.exit(() => expect(storage.getStore()).toBeUndefined());
      expect(storage.getStore()).toBe('outer');
    });
  });

  test('of several each holds its own, in whatever order they are entered', async () => {
    const [a, b, c] = [newStorage<number>(), newStorage<number>(), newStorage<number>()];
    const read = (): unknown[] => [a.getStore(), b.getStore(), c.getStore()];
    await a.run(1, async () => {
      expect(read()).toEqual([1, undefined, undefined]);
      await b.run(2, async () => {
        await tick();
        await a.run(3, async () => {
          await tick();
          expect(read()).toEqual([3, 2, undefined]);
        });
        expect(read()).toEqual([1, 2, undefined]);
      });
      expect(read()).toEqual([1, undefined, undefined]);
    });
    expect(read()).toEqual([undefined, undefined, undefined]);
  });

  test('a hundred runs at once do not see each other', async () => {
    const storage = newStorage<number>();
    const seen = await Promise.all(
      Array.from({ length: 100 }, (_each, index) =>
        storage.run(index, async () => {
          for (let turn = 0; turn < index % 7; turn += 1) await tick();
          return storage.getStore();
        }),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 100 }, (_each, index) => index));
  });

  test('holds false, null and zero as they are', () => {
    const storage = newStorage<unknown>();
    for (const value of [false, null, 0, '']) storage.run(value, () => expect(storage.getStore()).toBe(value));
  });

  test('enterWith lasts for the rest of the context and no longer', async () => {
    const storage = newStorage<string>();
    await new AsyncResource('a context of its own').runInAsyncScope(async () => {
      storage.enterWith('entered');
      await tick();
      expect(storage.getStore()).toBe('entered');
      storage.enterWith('again');
      await tick();
      expect(storage.getStore()).toBe('again');
    });
    expect(storage.getStore()).toBeUndefined();
  });

  test('disable forgets what is held, and the storage can be used again', () => {
    const storage = newStorage<string>();
    storage.run('first', () => {
      storage.disable();
      expect(storage.getStore()).toBeUndefined();
      storage.run('second', () => expect(storage.getStore()).toBe('second'));
    });
  });

  test('bind and snapshot carry a context to another place', () => {
    const storage = newStorage<string>();
    const [bound, inSnapshot] = storage.run('here', () => [
      kind().bind(() => storage.getStore()),
      kind().snapshot() as <R>(work: () => R) => R,
    ]);
    storage.run('there', () => {
      expect(bound()).toBe('here');
      expect(inSnapshot(() => storage.getStore())).toBe('here');
    });
  });
});
