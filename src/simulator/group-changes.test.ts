import type { GroupMetadata, ParticipantAction } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const fourth = '9990000000004';
const jidOf = (number: string): string => `${number}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);
const phoneOf = (number: string) => network.control.phone(number);

function updatesOf(client: StockClient) {
  const updates: Partial<GroupMetadata>[] = [];
  const members: { action: ParticipantAction; people: (string | undefined)[]; author: string }[] = [];
  client.sock.ev.on('groups.update', (changed) => updates.push(...changed));
  client.sock.ev.on('group-participants.update', ({ action, participants, author }) => {
    members.push({ action, author, people: participants.map(({ id, phoneNumber }) => phoneNumber ?? id) });
  });
  return { updates, members };
}

test.for(['phone', 'lid'] as const)('a client hears what members do to a group addressed by %s', async (addressing) => {
  const client = await network.login(owner);
  const { updates, members } = updatesOf(client);
  const phone = phoneOf(friend);
  const { jid } = await network.control.createGroup('Friends', [friend, owner], addressing);
  const author = addressing === 'lid' ? phone.lid : phone.jid;

  await phone.updateGroup(jid, { kind: 'add', participants: [other, jidOf(fourth)] });
  await phone.updateGroup(jid, { kind: 'promote', participants: [owner] });
  await phone.updateGroup(jid, { kind: 'demote', participants: [owner] });
  await phone.updateGroup(jid, { kind: 'remove', participants: [fourth] });
  await phoneOf(other).updateGroup(jid, { kind: 'leave' });
  await expect
    .poll(() => members)
    .toEqual([
      { action: 'add', author, people: [jidOf(other), jidOf(fourth)] },
      { action: 'promote', author, people: [jidOf(owner)] },
      { action: 'demote', author, people: [jidOf(owner)] },
      { action: 'remove', author, people: [jidOf(fourth)] },
      { action: 'remove', author: addressing === 'lid' ? phoneOf(other).lid : jidOf(other), people: [jidOf(other)] },
    ]);

  await phone.updateGroup(jid, { kind: 'subject', subject: 'Best friends' });
  await phone.updateGroup(jid, { kind: 'description', description: 'We meet on Mondays' });
  await phone.updateGroup(jid, { kind: 'announce', enabled: true });
  await phone.updateGroup(jid, { kind: 'lock', enabled: true });
  await expect
    .poll(() => updates.map(({ id: _id, author: _by, authorPn: _pn, authorUsername: _name, ...rest }) => rest))
    .toEqual([{ subject: 'Best friends' }, { desc: 'We meet on Mondays' }, { announce: true }, { restrict: true }]);
  expect(await client.sock.groupMetadata(jid)).toMatchObject({
    subject: 'Best friends',
    desc: 'We meet on Mondays',
    announce: true,
    restrict: true,
    size: 2,
    participants: [{ admin: 'superadmin' }, { admin: null }],
  });
  await phone.updateGroup(jid, { kind: 'description', description: '' });
  expect((await client.sock.groupMetadata(jid)).desc).toBeUndefined();
  expect(network.control.group(jid)).toEqual({
    jid,
    subject: 'Best friends',
    description: '',
    participants: [jidOf(friend), jidOf(owner)],
    admins: [jidOf(friend)],
    announce: true,
  });
});

test('only admins change who is in a group and what it is called, and write where only they may', async () => {
  const { jid } = await network.control.createGroup('Friends', [friend, owner, other]);
  const member = phoneOf(other);
  await expect(member.updateGroup(jid, { kind: 'remove', participants: [owner] })).rejects.toThrow('no admin');
  await member.updateGroup(jid, { kind: 'subject', subject: 'Ours' });
  await phoneOf(friend).updateGroup(jid, { kind: 'lock', enabled: true });
  await expect(member.updateGroup(jid, { kind: 'subject', subject: 'Mine' })).rejects.toThrow('no admin');
  await expect(phoneOf(fourth).updateGroup(jid, { kind: 'leave' })).rejects.toThrow('no member');
  await phoneOf(friend).updateGroup(jid, { kind: 'announce', enabled: true });
  await expect(member.send({ to: jid, text: 'may I?' })).rejects.toThrow('Only admins');
  await phoneOf(friend).send({ to: jid, text: 'I may' });
  await member.receives('I may');
  await phoneOf(friend).updateGroup(jid, { kind: 'announce', enabled: false });
  await member.send({ to: jid, text: 'now I may' });
});

test('a client makes a group, runs it, and leaves it', async () => {
  const client = await network.login(owner);
  const joining = await network.login(other);
  const created = await client.sock.groupCreate('Team', [jidOf(friend)]);
  const { id } = created;
  expect(created.participants).toHaveLength(2);
  expect(await client.sock.groupParticipantsUpdate(id, [jidOf(fourth)], 'add')).toMatchObject([{ status: '200' }]);
  expect(await client.sock.groupParticipantsUpdate(id, [jidOf(friend)], 'promote')).toMatchObject([{ status: '200' }]);
  await network.control.fault({ kind: 'unregistered', number: '9990000000007', enabled: true });
  const nobody = await client.sock.groupParticipantsUpdate(id, ['9990000000007@s.whatsapp.net'], 'add');
  expect(nobody).toMatchObject([{ status: '404' }]);
  await client.sock.groupUpdateSubject(id, 'The team');
  await client.sock.groupUpdateDescription(id, 'All of us');
  await client.sock.groupUpdateDescription(id, 'Nearly all of us');
  await client.sock.groupSettingUpdate(id, 'announcement');
  expect(network.control.group(id)).toMatchObject({
    subject: 'The team',
    description: 'Nearly all of us',
    announce: true,
    admins: [jidOf(owner), jidOf(friend)],
  });
  await client.sends(id, 'welcome');
  await phoneOf(fourth).receives('welcome');

  const code = await client.sock.groupInviteCode(id);
  expect(await joining.sock.groupGetInviteInfo(code ?? '')).toMatchObject({ id, subject: 'The team' });
  expect(await joining.sock.groupAcceptInvite(code ?? '')).toBe(id);
  expect(network.control.group(id)?.participants).toContain(jidOf(other));
  expect(await client.sock.groupRevokeInvite(id)).not.toBe(code);
  await expect(joining.sock.groupAcceptInvite(code ?? '')).rejects.toThrow('item-not-found');
  await expect(joining.sock.groupUpdateDescription(id, 'Mine')).resolves.toBeUndefined();
  await expect(joining.sock.groupSettingUpdate(id, 'locked')).rejects.toThrow('forbidden');
  await client.sock.groupLeave(id);
  await expect(client.sock.groupMetadata(id)).rejects.toThrow('item-not-found');
  expect(Object.keys(await client.sock.groupFetchAllParticipating())).toEqual([]);
});

test('who was removed reads no more, and who was added reads on', async () => {
  const client = await network.login(owner);
  const removed = await network.login(other);
  const { jid } = await network.control.createGroup('Friends', [friend, other]);
  await phoneOf(friend).updateGroup(jid, { kind: 'add', participants: [owner] });
  await phoneOf(friend).send({ to: jid, text: 'for all' });
  await client.receives('for all');
  await removed.receives('for all');
  await phoneOf(friend).updateGroup(jid, { kind: 'remove', participants: [other] });
  await phoneOf(friend).send({ to: jid, text: 'for two' });
  await client.receives('for two');
  await expect(phoneOf(other).send({ to: jid, text: 'hello?' })).rejects.toThrow('no group of this phone');
  await phoneOf(friend).send({ to: other, text: 'sorry' });
  await removed.receives('sorry');
  expect(removed.messages.some(({ message }) => message.message?.conversation === 'for two')).toBe(false);
});

test('the ticks in a group wait for everybody, and each person’s receipt is to be seen', async () => {
  const client = await network.login(owner, { emitOwnEvents: false });
  const { jid } = await network.control.createGroup('Friends', [friend, owner, other]);
  const phone = phoneOf(friend);
  await phoneOf(other).loseNetwork();
  const { id } = await phone.send({ to: jid, text: 'everybody?' });
  const shown = () => phone.messages().find((message) => message.id === id);
  const message = await client.receives('everybody?');
  await client.sock.readMessages([message.key]);
  await expect.poll(shown).toMatchObject({ status: 'sent', receipts: [{ from: jidOf(owner), status: 'read' }] });
  await phoneOf(other).regainNetwork();
  await expect.poll(shown).toMatchObject({ status: 'delivered' });
  await phoneOf(other).read(jid);
  await expect.poll(shown).toMatchObject({ status: 'read' });
  expect(shown()?.receipts).toHaveLength(2);
});

test('groups survive a restart of the network', async () => {
  const { jid } = await network.control.createGroup('Friends', [friend, owner], 'lid');
  await phoneOf(friend).updateGroup(jid, { kind: 'description', description: 'Old friends' });
  const before = network.control.group(jid);
  await network.restart();
  expect(network.control.group(jid)).toEqual(before);
});
