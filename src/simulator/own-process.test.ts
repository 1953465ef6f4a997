import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkClient } from '../../test/doubles/linked-client.ts';
import { connectStock, type StockClient } from '../../test/doubles/stock-client.ts';
import { createControlClient, type RemoteControl } from '../../test/doubles/control-client.ts';

const owner = '9990000000001';
const friend = '9990000000002';
const friendJid = `${friend}@s.whatsapp.net`;
const seed = '07'.repeat(32);

interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly noiseRoot: string;
  readonly mediaCa: string;
  readonly control: RemoteControl;
}

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

let folder: string;
const running: ChildProcess[] = [];
const clients: StockClient[] = [];

async function startProcess(...args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/simulator/main.ts', '--seed', seed, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString()) as Pick<Running, 'url' | 'noiseRoot' | 'mediaCa'> & { control: string };
  return { ...ready, process: child, control: createControlClient(ready.control) };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

test('in a process of its own it does the same over HTTP; its file survives a kill, or is only begun with', async () => {
  const state = join(folder, 'state');
  const first = await startProcess('--state', state);
  expect(first.noiseRoot).toMatch(/^[0-9a-f]{64}$/);
  expect(first.mediaCa).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  const { client, account, deviceJid } = await linkClient(first.url, first.control.phone(owner));
  clients.push(client);
  expect(await first.control.phone(owner).devices()).toEqual([deviceJid]);
  const beforeMs = monotonicMs();
  const id = await client.sends(friendJid, 'hello over there');
  await first.control.phone(friend).receives('hello over there', { from: owner });
  await client.reaches(id, 3);
  await first.control.phone(friend).send({ to: owner, text: 'hello back' });
  await client.receives('hello back');
  const group = await first.control.createGroup('Friends', [owner, friend]);
  expect(group.participants).toHaveLength(2);
  const counters = await first.control.counters();
  expect(counters.openSockets.get(deviceJid)).toBe(1);
  expect(counters.stanzasById.get(id)).toBe(1);
  expect(counters.unknownQueries).toEqual([]);
  const times = await first.control.stanzaTimes([id, 'never sent']);
  expect(Object.keys(times)).toEqual([id]);
  expect(times[id]).toBeGreaterThan(beforeMs);
  expect(times[id]).toBeLessThan(monotonicMs());
  await client.end();
  await first.control.phone(friend).send({ to: owner, text: 'before the kill' });
  first.process.kill('SIGKILL');

  const second = await startProcess('--state', state);
  expect(second.noiseRoot).toBe(first.noiseRoot);
  const again = connectStock(account, second.url);
  clients.push(again);
  await again.receives('before the kill');
  await again.sends(friendJid, 'after the kill');
  await second.control.phone(friend).receives('after the kill');
  expect((await second.control.counters()).undecryptable).toBe(0);
  await again.end();
  second.process.kill('SIGKILL');

  const left = await readFile(state);
  const third = await startProcess('--begin-with', state, '--phones', owner, '--kept-messages', '1');
  // A receipt that the owner's phone still owed may have named the friend's, which is then a new one.
  expect(await third.control.phone(friend).messages()).toEqual([]);
  expect(await third.control.phone(owner).devices()).toEqual([deviceJid]);
  const stranger = third.control.phone('9990000000003');
  for (const text of ['for this life only', 'and the last one']) await stranger.send({ to: owner, text });
  expect(await stranger.messages()).toMatchObject([{ text: 'and the last one' }]);
  expect(await readFile(state)).toEqual(left);
});

test('a call that cannot be done says why', async () => {
  const { control } = await startProcess();
  await expect(control.phone('628123').messages()).rejects.toThrow('no number of this network');
  await expect(control.phone(owner).scan('nonsense')).rejects.toThrow('no code of this network');
  await expect(control.phone(owner).receives('never', { signal: AbortSignal.timeout(50) })).rejects.toThrow();
  expect(await control.nextFreeNumber()).toBe(friend);
});

test('it stops when it is told to', async () => {
  const { process: child } = await startProcess();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
});
