import type { WACallEvent } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { linkClient } from '../../test/doubles/linked-client.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner]);
const phone = () => network.control.phone(friend);

function callsOf(client: StockClient): WACallEvent[] {
  const calls: WACallEvent[] = [];
  client.sock.ev.on('call', (events) => calls.push(...events));
  return calls;
}

test.for(['phone', 'lid'] as const)(
  'a client sees a call by %s and rejects it, which the caller sees',
  async (addressing) => {
    const client = await network.login(owner);
    const calls = callsOf(client);
    const { id } = await phone().call(owner, { video: true, addressing });
    await expect.poll(() => calls).toMatchObject([{ id, status: 'offer', isVideo: true, isGroup: false }]);
    const [offer] = calls;
    expect(offer?.from).toBe(addressing === 'lid' ? phone().lid : friendJid);
    if (addressing === 'lid') expect(offer?.callerPn).toBe(friendJid);
    expect(phone().calls()).toMatchObject([{ id, with: ownerJid, fromMe: true, video: true, status: 'ringing' }]);
    expect(network.control.phone(owner).calls()).toMatchObject([{ id, with: friendJid, fromMe: false }]);
    const ended = phone().callEnds(id);
    await client.sock.rejectCall(id, offer?.from ?? '');
    expect(await ended).toMatchObject({ status: 'rejected' });
    await expect.poll(() => network.control.phone(owner).unacknowledged()).toBe(0);
  },
);

test('a caller hangs up, or waits in vain', async () => {
  const client = await network.login(owner);
  const calls = callsOf(client);
  const first = await phone().call(owner);
  await phone().hangUp(first.id);
  const second = await phone().call(owner);
  await phone().hangUp(second.id, true);
  await expect
    .poll(() => calls.map(({ id, status, isVideo }) => [id, status, isVideo]))
    .toEqual([
      [first.id, 'offer', false],
      [first.id, 'terminate', false],
      [second.id, 'offer', false],
      [second.id, 'timeout', false],
    ]);
  expect(
    phone()
      .calls()
      .map(({ status }) => status),
  ).toEqual(['ended', 'missed']);
  await expect(phone().hangUp(first.id)).rejects.toThrow('no call');
  const missed = await client.until(() => client.messages.find(({ message }) => message.messageStubType)?.message);
  expect(missed.key).toMatchObject({ remoteJid: friendJid, id: second.id });
});

test('what one client rejects stops ringing on the other, and on the caller’s client', async () => {
  const first = await network.login(owner);
  const second = (await linkClient(network.simulator.url, network.control.phone(owner))).client;
  const caller = (await linkClient(network.simulator.url, phone())).client;
  const elsewhere = callsOf(second);
  const callers = callsOf(caller);
  const { id } = await phone().call(owner);
  await expect.poll(() => elsewhere).toHaveLength(1);
  await first.sock.rejectCall(id, friendJid);
  await expect.poll(() => elsewhere.map(({ status }) => status)).toEqual(['offer', 'terminate']);
  await expect.poll(() => callers.map(({ status }) => status)).toEqual(['reject']);
  await second.end();
  await caller.end();
});

test('a client gets a link to a call', async () => {
  const client = await network.login(owner);
  expect(await client.sock.createCallLink('video')).toMatch(/^[\w-]{22}$/);
});
