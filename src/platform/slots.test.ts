import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const patient = new AbortController().signal;

/** Asks for a slot and notes its name once it has it. */
function asker(count: number) {
  const slots = createSlots(count);
  const granted: string[] = [];
  const ask = async (name: string, urgent = false, signal = patient): Promise<() => void> => {
    const release = await slots.acquire({ urgent, signal });
    granted.push(name);
    return release;
  };
  return { granted, ask };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('as many work at once as there are slots, the others in the order in which they came', async () => {
  const { granted, ask } = asker(2);
  const [first] = await Promise.all([ask('a'), ask('b')]);
  const third = ask('c');
  const fourth = ask('d');
  await turn();
  expect(granted).toEqual(['a', 'b']);
  first();
  (await third)();
  (await fourth)();
  expect(granted).toEqual(['a', 'b', 'c', 'd']);
});

test('urgent callers go first, among themselves in order', async () => {
  const { granted, ask } = asker(1);
  const release = await ask('holder');
  const all = [ask('a'), ask('b', true), ask('c'), ask('d', true)];
  release();
  for (const next of [all[1], all[3], all[0], all[2]]) (await next)?.();
  expect(granted).toEqual(['holder', 'b', 'd', 'a', 'c']);
});

test('a slot given back twice is one slot', async () => {
  const { granted, ask } = asker(1);
  const release = await ask('a');
  release();
  release();
  await ask('b');
  void ask('c');
  await turn();
  expect(granted).toEqual(['a', 'b']);
});

test('who leaves the queue takes no slot, and who comes aborted is turned away', async () => {
  const { granted, ask } = asker(1);
  const release = await ask('a');
  const leaving = new AbortController();
  const left = expect(ask('b', true, leaving.signal)).rejects.toThrow('no longer');
  const waiting = ask('c');
  leaving.abort(new Error('no longer'));
  await left;
  await expect(ask('d', true, leaving.signal)).rejects.toThrow('no longer');
  release();
  await waiting;
  expect(granted).toEqual(['a', 'c']);
});

test('an abort after the slot was granted changes nothing', async () => {
  const { granted, ask } = asker(1);
  const late = new AbortController();
  const release = await ask('a', false, late.signal);
  const waiting = ask('b');
  late.abort();
  await turn();
  expect(granted).toEqual(['a']);
  release();
  await waiting;
});
