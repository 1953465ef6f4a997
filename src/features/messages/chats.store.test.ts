import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { arrival, chat, lid, useActsRig } from '../../../test/doubles/acts-rig.ts';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase } from '../../../test/doubles/test-database.ts';
import type { ChatChange } from '../../channels/channel.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { applySchema, readSchema } from '../../platform/schema-apply.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { createActs } from './acts.ts';
import { chatKind } from './chats.store.ts';
import { receiptKind } from './receipts.store.ts';
import { resultKind } from './results.store.ts';

const rig = useActsRig();
const events = createEventBus(clock);
const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
const acts = createActs({ events, secrets, openAct: () => undefined });
const [chats, results, receipts] = [chatKind(events), resultKind(events, secrets, acts), receiptKind(events, acts)];

const personal = { jid: chat, type: 'personal' } as const;
const upsert = (messageId: string, of: { jid: string; type: string } = personal) => ({
  name: 'chats.upsert',
  data: { chat: of, messageId },
});
const names = async () => (await rig.toldOfChats()).map(({ name }) => name);
const change = (what: Partial<ChatChange>) => rig.apply(chats, { chat: personal, ...what } as ChatChange);

let sent = 0;
/** A message under way. */
async function sending(type = 'text', chatType = 'personal', jid = chat): Promise<string> {
  sent += 1;
  const id = `msg_sending${sent}`;
  await rig.database.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status,
                           queued_at, sending_at)
     VALUES ($1, $2, 'outgoing', 'api', $1, $3, $4, '', $5, 'x', 'sending', now(), now())`,
    [id, rig.accountId, jid, chatType, type],
  );
  return id;
}

test('a chat appears with the first of the messages that arrive in it, whoever wrote, and before that message is told', async () => {
  const [first, second] = [arrival({ remoteId: 'A' }), arrival({ remoteId: 'B', fromMe: true })];
  await rig.arrives(first, second);
  await rig.arrives(arrival({ remoteId: 'C' }));
  expect(await rig.toldOfChats()).toEqual([upsert(first.id)]);
  const all = await rig.database.rows<{ name: string }>(
    'SELECT names[1] AS name FROM events WHERE account_id = $1 ORDER BY sequence',
    [rig.accountId],
  );
  expect(all.map(({ name }) => name).slice(0, 2)).toEqual(['chats.upsert', 'messages-personal.received']);
});

test('the same stanza again opens no chat that was deleted, and a status opens none', async () => {
  await rig.arrives(arrival());
  await change({ kind: 'deleted' });
  await rig.arrives(arrival());
  await rig.arrives(arrival({ remoteId: 'S', chatJid: 'status@broadcast', chatType: 'status' }));
  expect(await names()).toEqual(['chats.upsert', 'chats.delete']);
});

test('a chat that was deleted appears anew with its next message; what was written before stays', async () => {
  await rig.arrives(arrival({ remoteId: 'A' }));
  await change({ kind: 'deleted' });
  const next = arrival({ remoteId: 'B' });
  await rig.arrives(next);
  expect((await rig.toldOfChats()).slice(1)).toEqual([
    { name: 'chats.delete', data: { chat: personal } },
    upsert(next.id),
  ]);
  expect((await rig.stored('A')).text).toBe('hello');
});

test('what is sent opens a chat once it is confirmed, by the server or by a receipt that was quicker', async () => {
  const [failed, confirmed, delivered] = [await sending(), await sending(), await sending('text', 'personal', 'other')];
  const error = { code: 'recipient.not_on_whatsapp', message: 'No' };
  await rig.apply(results, { id: failed, error, original: null });
  expect(await names()).toEqual([]);
  await rig.apply(results, { id: confirmed, error: null, original: null });
  expect(await rig.toldOfChats()).toEqual([upsert(confirmed)]);
  const from = { jid: 'other', phone: null, lid: null, name: null };
  const receipt = { remoteId: delivered, from, status: 'delivered', at: new Date(), group: false } as const;
  await rig.apply(receipts, receipt);
  await rig.apply(results, { id: delivered, error: null, original: null });
  expect((await rig.toldOfChats()).slice(1)).toEqual([upsert(delivered, { jid: 'other', type: 'personal' })]);
});

test('a receipt of a group opens its chat, and what is done to a message opens none', async () => {
  const [message, reaction] = [await sending('text', 'group', '1@g.us'), await sending('reaction')];
  await rig.apply(results, { id: reaction, error: null, original: null });
  const from = { jid: chat, phone: null, lid: null, name: null };
  await rig.apply(receipts, { remoteId: message, from, status: 'delivered', at: new Date(), group: true });
  expect(await rig.toldOfChats()).toEqual([upsert(message, { jid: '1@g.us', type: 'group' })]);
});

test('a chat that came under a LID has another address once that is known, and appears once', async () => {
  const first = arrival({ remoteId: 'A', chatJid: lid });
  await rig.arrives(first);
  await rig.learn('+491701234567');
  await rig.arrives(arrival({ remoteId: 'B', chatJid: lid }), arrival({ remoteId: 'C' }));
  await rig.apply(chats, { chat: { jid: lid, type: 'personal' }, kind: 'deleted' });
  expect(await rig.toldOfChats()).toEqual([
    upsert(first.id, { jid: lid, type: 'personal' }),
    { name: 'chats.update', data: { chat: personal, replaces: [lid] } },
    { name: 'chats.delete', data: { chat: personal } },
  ]);
});

test('two chats that turn out to be one stay one', async () => {
  await rig.arrives(arrival({ remoteId: 'A', chatJid: lid }), arrival({ remoteId: 'B' }));
  await rig.learn('+491701234567');
  expect(await names()).toEqual(['chats.upsert', 'chats.upsert', 'chats.update']);
});

test('what the owner does to a chat is told, also of one in which nothing was written here', async () => {
  const mutedUntil = new Date('2026-02-01T00:00:00Z');
  await change({ kind: 'settings', settings: { archived: true } });
  await change({ kind: 'settings', settings: { muted: true, mutedUntil } });
  await change({ kind: 'settings', settings: { muted: true, mutedUntil: null } });
  await change({ kind: 'deleted' });
  expect(await rig.toldOfChats()).toEqual([
    { name: 'chats.update', data: { chat: personal, archived: true } },
    { name: 'chats.update', data: { chat: personal, muted: true, mutedUntil: mutedUntil.toISOString() } },
    { name: 'chats.update', data: { chat: personal, muted: true, mutedUntil: null } },
    { name: 'chats.delete', data: { chat: personal } },
  ]);
});

test('chats of an earlier release are there after the upgrade, and those that were deleted stay so after the next', async () => {
  const database = await openTestDatabase({ empty: true });
  const root = join(import.meta.dirname, '../../..');
  const schema = await readSchema(join(root, 'schema.sql'));
  const jids = async () =>
    (await database.rows<{ jid: string }>('SELECT jid FROM chats ORDER BY jid')).map(({ jid }) => jid);
  try {
    await database.execute(readFileSync(join(root, 'test/schema/0.3.0.sql'), 'utf8'));
    await database.execute(`
      INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ('acc_1', 'Shop', 'sandbox', 'ready', '');
      INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status)
      SELECT 'msg_' || n, 'acc_1', 'incoming', 'contact', n, 'chat' || n % 2, 'personal', '', 'text', 'x', 'received'
      FROM generate_series(1, 4) n`);
    await applySchema(database, schema, { clock, log: createRecordingLog() });
    expect(await jids()).toEqual(['chat0', 'chat1']);
    await database.execute(`DELETE FROM chats WHERE jid = 'chat0'`);
    await applySchema(database, { ...schema, sql: `${schema.sql}\n` }, { clock, log: createRecordingLog() });
    expect(await jids()).toEqual(['chat1']);
  } finally {
    await database.close();
  }
});
