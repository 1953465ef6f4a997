import { mediaOf } from '../../../test/doubles/simulated-media.ts';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { type ChannelAccount, type ChannelOverrides, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock } from '../../platform/clock.ts';
import { createSlots } from '../../platform/slots.ts';
import type { ChannelState } from '../channel.ts';

const rig = useBaileysRig();
const patient = new AbortController().signal;

function pairings(states: readonly ChannelState[]): Extract<ChannelState, { kind: 'pairing' }>[] {
  return states.filter((state) => state.kind === 'pairing');
}

async function archived({ accountId }: ChannelAccount): Promise<string[]> {
  const sql = 'SELECT reason FROM channel_key_archive WHERE account_id = $1 ORDER BY archived_at';
  return (await rig.database.rows<{ reason: string }>(sql, [accountId])).map(({ reason }) => reason);
}

test('shows six codes, then stops; the next start shows a new first one', async () => {
  const epoch = new Date('2026-01-01T00:00:00Z');
  const clock = { ...systemClock, now: () => epoch };
  const account = await rig.unlinked({ clock, timings: { qrLifeMs: 30 } });
  await account.channel.start();
  expect(await account.told.becomes('failed')).toEqual({ kind: 'failed', reason: 'qr_timeout' });
  const codes = pairings(account.told.states);
  expect(codes.map(({ attempt, attempts }) => [attempt, attempts])).toEqual(
    [1, 2, 3, 4, 5, 6].map((attempt) => [attempt, 6]),
  );
  expect(new Set(codes.map(({ qr }) => qr)).size).toBe(6);
  expect(codes.every(({ expiresAt }) => expiresAt.getTime() === epoch.getTime() + 30)).toBe(true);
  await account.channel.stop();

  const again = rig.again(account, { clock });
  await again.channel.start();
  const { attempt, expiresAt } = await again.told.becomes('pairing');
  expect(attempt).toBe(1);
  expect(expiresAt.getTime()).toBe(epoch.getTime() + 60_000);
});

test('restarts after the scan at once, without counting a failure', async () => {
  const { told, phone } = await rig.newlyLinked();
  expect(told.states.filter(({ kind }) => kind === 'connecting')).toEqual([
    { kind: 'connecting', attempt: 0, reason: null },
    { kind: 'connecting', attempt: 0, reason: 'restart_required' },
  ]);
  expect(told.states.some(({ kind }) => kind === 'waiting')).toBe(false);
  const online = await told.becomes('online');
  expect(online.self).toEqual({
    jid: phone.jid,
    phone: `+${phone.number}`,
    lid: phone.lid,
    name: `Phone ${phone.number.slice(-4)}`,
  });
  const paired = await told.notice('paired');
  expect(paired.self).toMatchObject({ phone: `+${phone.number}`, lid: phone.lid });
});

test('has stored the new credentials before it connects again', async () => {
  const account = await rig.unlinked();
  const atRestart: Promise<number>[] = [];
  const { sink } = account.told;
  sink.state = (next) => {
    if (next.kind === 'connecting' && next.reason === 'restart_required') atRestart.push(rig.keysOf(account));
    account.told.state(next);
  };
  await account.channel.start();
  await account.phone.scan((await account.told.becomes('pairing')).qr);
  await account.told.becomes('online');
  expect(await Promise.all(atRestart)).toEqual([1]);
});

test.each([
  ['logging out on the phone', 'logged_out', { kind: 'device-removed' as const }],
  ['a lock', 'account_locked', { kind: 'stream-error' as const, code: 403 }],
  ['a ban', 'account_banned', { kind: 'stream-error' as const, code: 406 }],
])('%s archives the credentials and leaves no key', async (_name, reason, fault) => {
  const account = await rig.linked();
  expect(await rig.keysOf(account)).toBeGreaterThan(0);
  await rig.control.fault({ ...fault, number: account.phone.number });
  expect(await account.told.becomes('needs-login')).toEqual({ kind: 'needs-login', reason });
  expect(await rig.keysOf(account)).toBe(0);
  expect(await archived(account)).toEqual([reason]);
  expect(account.told.notices).toContainEqual({ kind: 'unpaired', reason });
  await waitFor(() => rig.openLines(account) === 0);
});

test('gives a pairing that does not open fresh keys, twice at most', async () => {
  const account = await rig.unlinked({ timings: { pairingMs: 100 } });
  const { told, phone, channel } = account;
  await rig.control.fault({ kind: 'refuse-login', number: phone.number, code: 503, times: 1_000_000 });
  await channel.start();
  for (const fresh of [0, 1, 2]) {
    await waitFor(() => pairings(told.states).length === fresh + 1);
    void phone.scan(pairings(told.states)[fresh]?.qr ?? '').catch(() => undefined);
  }
  const tries = (): number => told.states.filter(({ kind }) => kind === 'waiting').length;
  const before = tries();
  await waitFor(() => tries() >= before + 10);
  expect(pairings(told.states)).toHaveLength(3);
  expect(await archived(account)).toEqual(['pairing_stuck', 'pairing_stuck']);
  expect(await rig.keysOf(account)).toBeGreaterThan(0);

  rig.control.clearFaults();
  await told.becomes('online');
});

/** Takes connections and never says a word. */
async function mute(): Promise<{ url: string; accepted(): number; close(): Promise<void> }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  let accepted = 0;
  server.on('connection', () => (accepted += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/chat`,
    accepted: () => accepted,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Stops the channel and looks whether anything of it is left. */
async function stopsClean(account: ChannelAccount, slots: ReturnType<typeof createSlots>): Promise<void> {
  await account.channel.stop();
  expect(account.channel.state).toEqual({ kind: 'stopped' });
  const told = account.told.states.length;
  await waitFor(() => rig.openLines(account) === 0);
  (await slots.acquire({ urgent: false, signal: patient }))();
  const keys = await rig.keysOf(account);
  await systemClock.sleep(150);
  expect(account.told.states).toHaveLength(told);
  expect(await rig.keysOf(account)).toBe(keys);
}

function oneSlot(overrides: ChannelOverrides = {}): { connecting: ReturnType<typeof createSlots> } & ChannelOverrides {
  return { ...overrides, connecting: createSlots(1) };
}

test('a stop while it waits for its turn to connect leaves nothing', async () => {
  const options = oneSlot();
  const giveBack = await options.connecting.acquire({ urgent: false, signal: patient });
  const account = await rig.unlinked(options);
  await account.channel.start();
  await account.channel.stop();
  giveBack();
  await stopsClean(account, options.connecting);
});

test('a stop while it dials leaves nothing', async () => {
  const network = await mute();
  const options = oneSlot({
    network: {
      webSocketUrl: network.url,
      trust: { root: rig.simulator.noiseRoot, strict: true },
      media: mediaOf(rig.simulator),
    },
  });
  const account = await rig.unlinked(options);
  await account.channel.start();
  await waitFor(() => network.accepted() > 0);
  await stopsClean(account, options.connecting);
  await network.close();
});

test('a stop while it shows a code leaves nothing', async () => {
  const options = oneSlot();
  const account = await rig.unlinked(options);
  await account.channel.start();
  const { qr } = await account.told.becomes('pairing');
  await stopsClean(account, options.connecting);
  await expect(account.phone.scan(qr)).rejects.toThrow();
});

test('a stop right after the scan keeps what was linked', async () => {
  const options = oneSlot();
  const account = await rig.unlinked(options);
  await account.channel.start();
  const scanned = account.phone.scan((await account.told.becomes('pairing')).qr).catch(() => undefined);
  await account.told.notice('paired');
  await stopsClean(account, options.connecting);
  const again = rig.again(account);
  await again.channel.start();
  await again.told.becomes('online');
  await scanned;
});

test('a stop during the log-in leaves nothing', async () => {
  const options = oneSlot();
  const account = await rig.linked();
  await account.channel.stop();
  await rig.control.fault({ kind: 'unanswered-query', number: account.phone.number, xmlns: 'passive', enabled: true });
  const again = rig.again(account, options);
  await again.channel.start();
  await waitFor(() => rig.openLines(again) === 1);
  await stopsClean(again, options.connecting);
});

test('a stop while it waits to connect again leaves nothing', async () => {
  const longWait = { firstMs: 60_000, longestMs: 60_000, unavailableMs: 60_000, replacedMs: 0, clientOutdatedMs: 0 };
  const options = oneSlot({ timings: { reconnect: longWait } });
  const account = await rig.linked(options);
  await rig.control.fault({ kind: 'stream-error', number: account.phone.number, code: 503 });
  await account.told.becomes('waiting');
  await stopsClean(account, options.connecting);
});
