// What a promise costs while many storages hold something, as Baileys' sockets do: Node's own against the shared one.
import { execFileSync } from 'node:child_process';
import { AsyncLocalStorage } from 'node:async_hooks';
import { shareAsyncLocalStorage } from '../src/platform/shared-async-storage.ts';

const awaits = 300_000;
const sockets = [1, 20, 100];

/** Nanoseconds for one await inside one of so many storages, all of which were used. */
async function awaitNs(count: number): Promise<number> {
  const storages = Array.from({ length: count }, () => new AsyncLocalStorage<number>());
  for (const storage of storages) await storage.run(1, () => Promise.resolve());
  return (
    storages[0]?.run(1, async () => {
      for (let warm = 0; warm < awaits / 10; warm += 1) await Promise.resolve();
      const startedAt = process.hrtime.bigint();
      for (let turn = 0; turn < awaits; turn += 1) await Promise.resolve();
      return Number(process.hrtime.bigint() - startedAt) / awaits;
    }) ?? 0
  );
}

const [kind, count] = process.argv.slice(2);
if (kind !== undefined) {
  if (kind === 'shared') shareAsyncLocalStorage();
  console.log(await awaitNs(Number(count)));
} else {
  const measured = (of: string, storages: number): number => {
    const args = ['--import', 'tsx', import.meta.filename, of, String(storages)];
    return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  };
  console.table(
    sockets.map((storages) => {
      const [ours, baseline] = [measured('shared', storages), measured('own', storages)];
      return {
        storages,
        'shared, ns': ours.toFixed(0),
        'Node’s, ns': baseline.toFixed(0),
        ratio: (ours / baseline).toFixed(2),
      };
    }),
  );
}
