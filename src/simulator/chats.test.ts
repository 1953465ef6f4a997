import type { BaileysEventMap } from '@whiskeysockets/baileys';
import { expect, test, vi } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const friend = '9990000000003';

const network = useSimulatedNetwork([owner]);
const phone = (number: string) => network.control.phone(number);

function watchChats({ sock }: StockClient) {
  const deleted: string[] = [];
  const changed: BaileysEventMap['chats.update'] = [];
  sock.ev.on('chats.delete', (ids) => deleted.push(...ids));
  sock.ev.on('chats.update', (chats) => changed.push(...chats));
  return { deleted, changed };
}

test('linked devices learn what the owner does to chats, and the phone forgets one that was deleted', async () => {
  const client = await network.login(owner);
  const { deleted, changed } = watchChats(client);
  const { jid } = phone(friend);
  const until = new Date(Date.now() + 3_600_000);
  const group = await network.control.createGroup('Friends', [friend, owner]);
  await phone(friend).send({ to: owner, text: 'hello' });
  await phone(friend).send({ to: group.jid, text: 'hello all' });
  await phone(owner).receives('hello all');
  await client.receives('hello all');
  const learns = async (fields: object) =>
    vi.waitFor(() => expect(changed).toContainEqual(expect.objectContaining(fields)), 10_000);
  await phone(owner).changeChat(friend, { kind: 'archive', enabled: true });
  await learns({ id: jid, archived: true });
  await phone(owner).changeChat(friend, { kind: 'archive', enabled: false });
  await learns({ id: jid, archived: false });
  await phone(owner).changeChat(friend, { kind: 'pin', enabled: true });
  await learns({ id: jid, pinned: expect.any(Number) as number });
  await phone(owner).changeChat(group.jid, { kind: 'pin', enabled: false });
  await learns({ id: group.jid, pinned: null });
  await phone(owner).changeChat(friend, { kind: 'mute', until: until.toISOString() });
  await learns({ id: jid, muteEndTime: until.getTime() });
  await phone(owner).changeChat(friend, { kind: 'mute' });
  await learns({ id: jid, muteEndTime: -1 });
  await phone(owner).changeChat(friend, { kind: 'unmute' });
  await learns({ id: jid, muteEndTime: null });
  await phone(owner).changeChat(friend, { kind: 'unread', enabled: true });
  await learns({ id: jid, unreadCount: -1 });
  expect(deleted).toEqual([]);
  await phone(owner).changeChat(friend, { kind: 'delete' });
  await vi.waitFor(() => expect(deleted).toEqual([jid]), 10_000);
  expect(
    phone(owner)
      .messages()
      .map(({ text }) => text),
  ).toEqual(['hello all']);
  expect(phone(friend).messages()).toHaveLength(2);
});

test('a phone without network changes no chat', async () => {
  await phone(owner).loseNetwork();
  await expect(phone(owner).changeChat(friend, { kind: 'delete' })).rejects.toThrow('no network');
});
