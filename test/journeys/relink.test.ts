import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let app: RunningApp;
let api: Api;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  app = await startApp({ environment: environmentOf(simulator) });
  api = apiOf(app);
});
afterAll(async () => {
  await app.stop();
  await simulator.stop();
});

let lastNumber = 9990000000000;
function nextNumber(): string {
  lastNumber += 1;
  return String(lastNumber);
}

async function scan(account: AccountJson, number: string): Promise<void> {
  await simulator.control.phone(number).scan(await api.qr(account.id));
}

async function linked(name: string): Promise<{ account: AccountJson; number: string }> {
  const number = nextNumber();
  const account = await api.createAccount(name, 'whatsapp', { pacing: { preset: 'unpaced' } });
  await scan(account, number);
  await api.becomes(account.id, 'ready');
  return { account, number };
}

/** The phone removes the device, and the account shows codes again. */
async function linkAgain({ account, number }: { account: AccountJson; number: string }): Promise<void> {
  await simulator.control.phone(number).logOut();
  await api.becomes(account.id, 'auth_failed');
  await app.data('POST', `/api/accounts/${account.id}/reconnect`);
}

/** Messages that were accepted while the account was linked and did not leave, as an outage of WhatsApp would leave them. */
async function leaveInQueue(account: AccountJson, texts: readonly string[], status = 'queued'): Promise<void> {
  for (const text of texts) {
    await app.database.execute(
      `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text,
                             status, queued_at, expires_at)
       VALUES ($1, $2, 'outgoing', 'api', $1, '9990000000555@s.whatsapp.net', 'personal', '', 'text', $3, $4, now(),
               now() + interval '1 hour')`,
      [`msg_${randomUUID()}`, account.id, text, status],
    );
  }
}

async function statusEvents(account: AccountJson): Promise<string[]> {
  const rows = await app.database.rows<{ text: string; status: string }>(
    `SELECT data ->> 'text' AS text, data ->> 'status' AS status FROM events
     WHERE account_id = $1 AND 'message.status' = ANY(names) ORDER BY sequence`,
    [account.id],
  );
  return rows.map(({ text, status }) => `${text} ${status}`);
}

const texts = async (account: AccountJson): Promise<unknown[]> =>
  (await api.messages(account)).map(({ text, status, error }) => [text, status, error?.code]);

test('linking the same number again keeps the chats, the queue, the key and the id, and needs no notice', async () => {
  const shop = await linked('Same number');
  const { account, number } = shop;
  const customer = simulator.control.phone(nextNumber());
  await api.send(account, customer.number, 'before', '?wait=true');
  await linkAgain(shop);
  await leaveInQueue(account, ['held']);
  await scan(account, number);
  await api.becomes(account.id, 'ready');
  expect(await api.account(account.id)).toMatchObject({ id: account.id, phone: `+${number}`, notice: null });
  await api.lists(account, 'held', 'sent', 'delivered');
  expect((await api.messages(account)).map(({ text }) => text)).toEqual(['held', 'before']);
  await api.send(account, customer.number, 'after, with the old key', '?wait=true');
});

test('linking another number cancels what the old one had not sent, says so, and keeps the chats', async () => {
  const shop = await linked('Other number');
  const { account } = shop;
  await api.send(account, nextNumber(), 'before', '?wait=true');
  await linkAgain(shop);
  await leaveInQueue(account, ['first', 'second', 'third']);
  await leaveInQueue(account, ['under way'], 'sending');
  const other = nextNumber();
  await scan(account, other);
  await api.becomes(account.id, 'ready');
  expect(await api.account(account.id)).toMatchObject({
    id: account.id,
    phone: `+${other}`,
    notice: `Now linked to +${other}, before +${shop.number}. 3 waiting messages of the old number were cancelled.`,
  });
  const code = 'account.number_changed';
  const listed = await texts(account);
  expect(listed.slice(0, 4)).toEqual([
    ['under way', 'failed', code],
    ['third', 'cancelled', code],
    ['second', 'cancelled', code],
    ['first', 'cancelled', code],
  ]);
  expect((await api.messages(account))[4]?.text).toBe('before');
  const ends = ['first cancelled', 'second cancelled', 'third cancelled', 'under way failed'];
  expect((await statusEvents(account)).filter((each) => ends.includes(each))).toEqual(ends);
  const arrived = simulator.control.phone('9990000000555').messages();
  expect(arrived.filter(({ from }) => from.startsWith(other))).toEqual([]);

  await linkAgain({ account, number: other });
  expect((await api.account(account.id)).notice).not.toBeNull();
  await scan(account, other);
  await api.becomes(account.id, 'ready');
  expect((await api.account(account.id)).notice).toBeNull();
});

test('the notice goes when it is dismissed', async () => {
  const shop = await linked('Dismissing');
  await linkAgain(shop);
  await scan(shop.account, nextNumber());
  await waitFor(async () => (await api.account(shop.account.id)).notice !== null);
  expect((await api.account(shop.account.id)).notice).toContain('No message of the old number was waiting.');
  expect(await app.data('DELETE', `/api/accounts/${shop.account.id}/notice`)).toMatchObject({ notice: null });
  expect((await api.account(shop.account.id)).notice).toBeNull();
});

test('a number that another account holds is refused by name, and changes nothing of the account', async () => {
  const holder = await linked('Holder');
  const shop = await linked('Latecomer');
  await linkAgain(shop);
  await leaveInQueue(shop.account, ['held']);
  await scan(shop.account, holder.number).catch(() => undefined);
  const refused = await api.becomes(shop.account.id, 'auth_failed');
  expect(refused).toMatchObject({
    statusReason: 'account.number_in_use',
    statusMessage: 'This number is already linked to Holder',
    nextStep: 'link_again',
    phone: `+${shop.number}`,
    notice: null,
  });
  expect(await texts(shop.account)).toEqual([['held', 'queued', undefined]]);
  expect(simulator.control.phone(holder.number).devices()).toHaveLength(1);
  expect((await api.account(holder.account.id)).status).toBe('ready');
  const ready = await app.database.rows(
    `SELECT 1 FROM events WHERE account_id = $1 AND data ->> 'statusMessage' = $2`,
    [shop.account.id, `Connected as +${holder.number}`],
  );
  expect(ready).toEqual([]);

  const asked = await app.call('POST', `/api/accounts/${shop.account.id}/reconnect`);
  expect(asked.status).toBe(200);
  const body = { phone: holder.number };
  expect(await app.call('POST', `/api/accounts/${shop.account.id}/pairing-code`, { body })).toMatchObject({
    status: 409,
    body: { code: 'account.number_in_use', detail: 'This number is already linked to Holder.' },
  });
});
