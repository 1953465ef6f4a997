import { expect, test } from 'vitest';
import { deferred } from './deferred.ts';
import { createSharedReads } from './shared-reads.ts';

function rig() {
  const reads = createSharedReads<string>();
  const begun: ReturnType<typeof deferred<string>>[] = [];
  const read = (): Promise<string> => {
    const result = deferred<string>();
    begun.push(result);
    return result.promise;
  };
  return { begun, ask: (name: string) => reads.ask(name, read) };
}

async function turns(): Promise<void> {
  await new Promise((done) => setImmediate(done));
}

test('who asks while a read is on its way gets the next, with all others who do', async () => {
  const { begun, ask } = rig();
  const first = ask('a');
  await turns();
  const later = [ask('a'), ask('a')];
  await turns();
  expect(begun).toHaveLength(1);
  begun[0]?.resolve('old');
  expect(await first).toBe('old');
  await turns();
  expect(begun).toHaveLength(2);
  begun[1]?.resolve('new');
  expect(await Promise.all(later)).toEqual(['new', 'new']);
});

test('other names do not wait, and a failure is told to those who shared it only', async () => {
  const { begun, ask } = rig();
  const failing = ask('a');
  const other = ask('b');
  await turns();
  expect(begun).toHaveLength(2);
  const next = ask('a');
  begun[0]?.reject(new Error('gone'));
  begun[1]?.resolve('b');
  await expect(failing).rejects.toThrow('gone');
  expect(await other).toBe('b');
  await turns();
  begun[2]?.resolve('well');
  expect(await next).toBe('well');
});
