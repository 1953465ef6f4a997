import { proto } from '@whiskeysockets/baileys';
import { beforeAll, describe, expect, test } from 'vitest';
import type { VirtualPhone } from '../../src/simulator/control.ts';
import type { AccountJson, Api, MessageJson } from '../doubles/api.ts';
import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let app: RunningApp;
let api: Api;
let shop: AccountJson;

const { linked, newCustomer, stored } = useLinkedShop(() => ({ timings: { retranslationMs: 100 } }));
beforeAll(() => void ({ app, api, shop } = linked()));

async function shows(id: string, fields: object): Promise<void> {
  const get = () => app.data('GET', `/api/messages/${id}`, { key: shop.apiKey });
  await expect.poll(get).toMatchObject(fields);
}

/** How a customer reaches the account. */
const places = ['phone', 'lid', 'group by phone', 'group by lid'] as const;
async function place(where: (typeof places)[number], customer: VirtualPhone): Promise<object> {
  if (where === 'phone' || where === 'lid') return { to: owner, addressing: where };
  const addressing = where === 'group by lid' ? 'lid' : 'phone';
  const group = await linked().simulator.control.createGroup('Friends', [owner, customer.number], addressing);
  return { to: group.jid };
}

async function eventsOf(message: MessageJson, name: string): Promise<unknown[]> {
  const all = await app.data('GET', '/api/events?limit=200', { key: shop.apiKey });
  const events = all as { names: string[]; data: { id: string } }[];
  return events.filter(({ names, data }) => names.includes(name) && data.id === message.id);
}

describe.each(places)('by %s', (where) => {
  test('an edit and a reaction that the phone encrypts change the message', async () => {
    const customer = newCustomer();
    const to = await place(where, customer);
    const sent = await customer.send({ to: owner, ...to, text: 'helo' });
    const message = await stored(sent.id);
    for (const text of ['hullo', 'hello']) {
      await customer.edit(sent.id, text, { encrypted: true });
      await shows(message.id, { type: 'text', text });
    }
    await customer.react(sent.id, '🎉', { encrypted: true });
    const jid = `${customer.number}@s.whatsapp.net`;
    await shows(message.id, { reactions: [{ emoji: '🎉', from: { jid } }] });
    await customer.react(sent.id, '', { encrypted: true });
    await shows(message.id, { reactions: [] });
    const changes = await eventsOf(message, 'messages.update');
    expect(changes).toMatchObject([{ data: { edit: { text: 'hullo' } } }, { data: { edit: { text: 'hello' } } }]);
    expect(await eventsOf(message, 'messages.reaction')).toHaveLength(2);
    expect((await api.messages(shop)).filter(({ type }) => type === 'unsupported')).toEqual([]);
  });

  test('so does an edited caption', async () => {
    const customer = newCustomer();
    const media = { bytes: Buffer.from('a picture'), mimetype: 'image/png' };
    const to = await place(where, customer);
    const sent = await customer.send({ to: owner, ...to, type: 'image', media, caption: 'old' });
    const message = await stored(sent.id);
    await customer.edit(sent.id, 'new', { encrypted: true });
    await shows(message.id, { type: 'image', text: 'new', media: { mimetype: 'image/png' } });
  });
});

test('what is edited on the own phone changes too, and the phone reacts to what came in', async () => {
  const { simulator } = linked();
  const customer = newCustomer();
  const phone = simulator.control.phone(owner);
  const own = await phone.send({ to: customer.number, text: 'from the phone' });
  const message = await stored(own.id);
  await phone.edit(own.id, 'edited on the phone', { encrypted: true });
  await shows(message.id, { text: 'edited on the phone', direction: 'outgoing' });
  const theirs = await customer.send({ to: owner, text: 'thank you' });
  const received = await stored(theirs.id);
  await phone.react(theirs.id, '❤️', { encrypted: true });
  await shows(received.id, { reactions: [{ emoji: '❤️', from: { jid: `${owner}@s.whatsapp.net` } }] });
});

test('the secret of a text is sealed, and gone when the text is deleted', async () => {
  const customer = newCustomer();
  const sent = await customer.send({ to: owner, text: 'a secret' });
  const { id } = await stored(sent.id);
  const secret = async (): Promise<Buffer | null | undefined> =>
    (await app.database.one<{ secret: Buffer | null }>('SELECT secret FROM messages WHERE id = $1', [id]))?.secret;
  const sealed = await secret();
  if (!sealed) throw new Error('No secret is kept');
  expect(app.secrets.open(sealed, { table: 'messages', row: id, column: 'secret' })).toHaveLength(32);
  await customer.delete(sent.id);
  await waitFor(async () => (await secret()) === null);
});

test('what an earlier version stored as unsupported goes into its message', async () => {
  const customer = newCustomer();
  const media = { bytes: Buffer.from('a picture'), mimetype: 'image/png' };
  const sent = await customer.send({ to: owner, type: 'image', media, caption: 'old' });
  const message = await stored(sent.id);
  await customer.edit(sent.id, 'new', { encrypted: true });
  await shows(message.id, { text: 'new' });
  // As that version left it: the message unchanged, and beside it one that it did not understand.
  const act = await app.database.one<{ encrypted: Buffer }>(
    "SELECT encrypted FROM message_acts WHERE target_id = $1 AND kind = 'edit'",
    [sent.id],
  );
  const sealed = proto.Message.PollEncValue.decode(act?.encrypted ?? Buffer.of());
  const { SecretEncType } = proto.Message.SecretEncryptedMessage;
  const original = proto.WebMessageInfo.encode({
    key: { remoteJid: `${customer.number}@s.whatsapp.net`, id: 'EDIT' },
    messageTimestamp: 1_700_000_000,
    message: {
      secretEncryptedMessage: {
        targetMessageKey: { id: sent.id },
        secretEncType: SecretEncType.MESSAGE_EDIT,
        encPayload: sealed.encPayload ?? null,
        encIv: sealed.encIv ?? null,
      },
    },
  }).finish();
  await app.database.execute('DELETE FROM message_acts WHERE target_id = $1', [sent.id]);
  await app.database.execute("UPDATE messages SET text = 'old' WHERE id = $1", [message.id]);
  await app.database.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, original,
                           status, translator)
     SELECT 'msg_before', account_id, direction, origin, 'EDIT', chat_jid, chat_type, from_jid, 'unsupported', $2, status, 2
     FROM messages WHERE id = $1`,
    [message.id, app.secrets.seal(Buffer.from(original), { table: 'messages', row: 'msg_before', column: 'original' })],
  );
  await shows(message.id, { text: 'new' });
  expect((await api.messages(shop)).map(({ id }) => id)).not.toContain('msg_before');
});
