import { mediaOf } from '../../../test/doubles/simulated-media.ts';
import { expect, test } from 'vitest';
import { type ChannelAccount, patient, textTo, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { useFreezableLink } from '../../../test/doubles/freezable-link.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { createSlots, type Slots } from '../../platform/slots.ts';
import type { Fault } from '../../simulator/fault.ts';
import type { ChannelState } from '../channel.ts';

const rig = useBaileysRig();
const link = useFreezableLink(() => rig.simulator.url);

function reasons({ told }: ChannelAccount): string[] {
  return told.states.flatMap((state) => (state.kind === 'waiting' ? [state.reason] : []));
}

/** Stops the account's channel; another one of it, with these faults lying in wait. */
async function restartInto(account: ChannelAccount, ...faults: Fault[]): Promise<ChannelAccount> {
  await account.channel.stop();
  for (const fault of faults) await rig.control.fault(fault);
  const again = rig.again(account);
  await again.channel.start();
  return again;
}

test.each<[string, string, (number: string) => Fault]>([
  ['an unavailable network', 'unavailable', (number) => ({ kind: 'stream-error', number, code: 503 })],
  ['a cut line', 'connection_lost', (number) => ({ kind: 'drop-line', number })],
  ['an unknown stream error', 'bad_session', (number) => ({ kind: 'stream-error', number, code: 599 })],
])('%s is waited out, and the keys stay', async (_name, reason, fault) => {
  const account = await rig.linked();
  const keys = await rig.keysOf(account);
  const back = account.told.next('online');
  await rig.control.fault(fault(account.phone.number));
  await back;
  expect(reasons(account)).toEqual([reason]);
  expect(await rig.keysOf(account)).toBeGreaterThanOrEqual(keys);
});

test('a line that somebody else takes is tried three times, then left to them with the keys kept', async () => {
  const account = await rig.linked();
  for (const time of [1, 2, 3, 4]) {
    await account.told.becomes('online');
    const ended = time < 4 ? account.told.next('waiting') : account.told.becomes('failed');
    await rig.control.fault({ kind: 'replaced', number: account.phone.number });
    expect(await ended).toMatchObject({ reason: 'replaced' });
  }
  expect(account.channel.state).toEqual({ kind: 'failed', reason: 'replaced' });
  expect(reasons(account)).toEqual(['replaced', 'replaced', 'replaced']);
  expect(await rig.keysOf(account)).toBeGreaterThan(0);
});

test('five bad sessions in a row stop the account with its keys', async () => {
  const account = await rig.linked();
  const { number } = account.phone;
  const again = await restartInto(account, { kind: 'refuse-login', number, code: 500, times: 5 });
  expect(await again.told.becomes('failed')).toEqual({ kind: 'failed', reason: 'bad_session' });
  expect(reasons(again)).toHaveLength(4);
  expect(await rig.keysOf(again)).toBeGreaterThan(0);
});

test.each<[number, ChannelState, boolean]>([
  [402, { kind: 'failed', reason: 'temporarily_banned' }, true],
  [403, { kind: 'needs-login', reason: 'account_locked' }, false],
  [406, { kind: 'needs-login', reason: 'account_banned' }, false],
  [401, { kind: 'needs-login', reason: 'logged_out' }, false],
])('a log-in refused with %i ends the account', async (code, expected, keysStay) => {
  const account = await rig.linked();
  const { number } = account.phone;
  const again = await restartInto(account, { kind: 'refuse-login', number, code, times: 1, expire: 3_600 });
  await waitFor(() => again.channel.state.kind === expected.kind);
  const { until, ...state } = again.channel.state as ChannelState & { until?: Date };
  expect(state).toEqual(expected);
  // Only a ban for a while has an end.
  expect(until ? Math.round((until.getTime() - Date.now()) / 60_000) : undefined).toBe(code === 402 ? 60 : undefined);
  expect((await rig.keysOf(again)) > 0).toBe(keysStay);
});

test('an outdated client is tried again', async () => {
  const account = await rig.linked();
  const { number } = account.phone;
  const again = await restartInto(account, { kind: 'refuse-login', number, code: 405, times: 2 });
  await again.told.becomes('online');
  expect(reasons(again)).toEqual(['client_outdated', 'client_outdated']);
});

test.each([400, 429, 503])('an upgrade refused with %i is tried again', async (status) => {
  const account = await rig.linked();
  const again = await restartInto(account, { kind: 'refuse-upgrade', status, times: 2 });
  await again.told.becomes('online');
  expect(reasons(again)).toEqual([`upgrade_refused_${status}`, `upgrade_refused_${status}`]);
});

test('a dial that is never answered ends, and its connection is gone', async () => {
  const account = await rig.linked();
  await account.channel.stop();
  link.freeze();
  const network = {
    webSocketUrl: link.url,
    trust: { root: rig.simulator.noiseRoot, strict: true },
    media: mediaOf(rig.simulator),
  };
  const again = rig.again(account, { network, timings: { connectTimeoutMs: 1_500, closeMs: 50 } });
  await again.channel.start();
  expect((await again.told.becomes('waiting')).reason).toBe('connect_timeout');
  link.thaw();
  await again.told.becomes('online');
  await waitFor(() => link.open() === 1);
});

test('a line on which nothing comes any more is cut and dialled again', async () => {
  const network = {
    webSocketUrl: link.url,
    trust: { root: rig.simulator.noiseRoot, strict: true },
    media: mediaOf(rig.simulator),
  };
  const account = await rig.linked({ network, timings: { silenceMs: 2_000, closeMs: 50 } });
  link.freeze();
  expect((await account.told.becomes('waiting')).reason).toBe('silent_line');
  link.thaw();
  await account.told.becomes('online');
  await waitFor(() => link.open() === 1);
});

test('an app-state query without an answer is noticed as a stall', async () => {
  const account = await rig.unlinked({ timings: { stallMs: 1_500 } });
  const { number } = account.phone;
  await rig.control.fault({ kind: 'unanswered-query', number, xmlns: 'w:sync:app:state', enabled: true });
  await account.channel.start();
  void account.phone.scan((await account.told.becomes('pairing')).qr);
  const stalled = account.told.next('waiting');
  expect((await stalled).reason).toBe('stalled_after_login');
  rig.control.clearFaults();
  await account.told.becomes('online');
  const customer = rig.newPhone();
  await account.channel.send(textTo(customer.jid, 'after the stall'), patient);
  await customer.receives('after the stall');
});

test('twenty reconnects leave one socket', async () => {
  const account = await rig.linked();
  const { number } = account.phone;
  for (let time = 0; time < 20; time += 1) {
    const back = account.told.next('online');
    await rig.control.fault(
      time % 2 === 0 ? { kind: 'drop-line', number } : { kind: 'stream-error', number, code: 503 },
    );
    await back;
  }
  const device = account.phone.devices()[0] ?? '';
  const { openSockets, mostSockets } = rig.control.counters();
  expect([openSockets.get(device), mostSockets.get(device)]).toEqual([1, 1]);
});

/** Slots that remember who held them. */
function watchedSlots(count: number): Slots & { most: number; order: boolean[] } {
  const slots = createSlots(count);
  let held = 0;
  const watched = {
    most: 0,
    order: [] as boolean[],
    async acquire(options: { urgent: boolean; signal: AbortSignal }) {
      const release = await slots.acquire(options);
      watched.order.push(options.urgent);
      held += 1;
      watched.most = Math.max(watched.most, held);
      let mine = 1;
      return () => {
        held -= mine;
        mine = 0;
        release();
      };
    },
  };
  return watched;
}

test('ten accounts connect two at a time, and first those for which a person waits', async () => {
  const accounts: ChannelAccount[] = [];
  for (let made = 0; made < 10; made += 1) accounts.push(await rig.linked());
  for (const { channel } of accounts) await channel.stop();
  const connecting = watchedSlots(2);
  const all = accounts.map((account, index) => rig.again(account, { connecting, urgent: index >= 7 }));
  for (const { channel } of all) await channel.start();
  for (const { told } of all) await told.becomes('online');
  expect(connecting.most).toBe(2);
  // The first two found a free slot.
  expect(connecting.order).toEqual([false, false, true, true, true, false, false, false, false, false]);
});
