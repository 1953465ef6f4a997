import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wordsOf } from '../doubles/rendered-view.ts';
import { signInVisitor, type Visitor } from '../doubles/visitor.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { startWholeApp, type WholeApp } from '../doubles/whole-app.ts';

const username = 'admin';
const password = 'a password of this test';
const usualCustomer = '+9995550101';

let app: WholeApp;
let visitor: Visitor;

beforeAll(async () => {
  app = await startWholeApp({ env: { ADMIN_USERNAME: username, ADMIN_PASSWORD: password } });
  visitor = await signInVisitor(app.address, username, password);
});
afterAll(() => app.stop());

interface Made {
  id: string;
  apiKey: string;
}

async function call(path: string, body: object, key = app.adminKey): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  return fetch(`${app.address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function makeAccount(kind = 'sandbox'): Promise<Made> {
  const answer = await call('/api/accounts', { name: 'Shop <1>', kind });
  return ((await answer.json()) as { data: Made }).data;
}

/** A sandbox account whose phone has scanned its code on the page. */
async function linkedAccount(): Promise<Made> {
  const account = await makeAccount();
  const scanned = await visitor.send(`/accounts/${account.id}/phone/scan`, { customer: usualCustomer });
  expect(scanned.status).toBe(303);
  return account;
}

async function partOf(accountId: string, part: string): Promise<string> {
  return wordsOf((await visitor.open(`/ui/accounts/${accountId}/${part}`)).html);
}

describe('The page of an account', () => {
  test('begins with the code to scan and a message that is ready to be sent', async () => {
    const { id } = await makeAccount();
    const { status, html } = await visitor.open(`/accounts/${id}`);
    expect(status).toBe(200);
    expect(html).toContain('<bdi>Shop &lt;1></bdi>');
    expect(html).toContain(`value="${usualCustomer}"`);
    expect(html).toContain('>Hello from my server</textarea>');
    expect(wordsOf(html)).toContain('0 of 4 done');
  });

  test('of a real number has no phone beside it', async () => {
    const { id } = await makeAccount('whatsapp');
    const { html } = await visitor.open(`/accounts/${id}`);
    expect(wordsOf(html)).not.toContain('Sandbox phone');
  });

  test('that does not exist is not found, and its parts say that it is gone', async () => {
    expect((await visitor.open('/accounts/acc_0000000000')).status).toBe(404);
    expect(await partOf('acc_0000000000', 'header')).toContain('This account is gone');
  });
});

test('a message goes to the phone, is read there and answered, and each step is ticked off', async () => {
  const { id, apiKey } = await linkedAccount();
  const sent = await visitor.send(`/accounts/${id}/send`, { to: usualCustomer, text: 'One\r\ntwo' });
  expect(sent.location).toBe(`/accounts/${id}?to=${encodeURIComponent(usualCustomer)}`);
  await waitFor(async () => (await partOf(id, 'phone')).includes('Read the new message'));
  expect((await visitor.open(`/ui/accounts/${id}/phone`)).html).toContain('One\ntwo');
  await waitFor(async () => (await partOf(id, 'messages')).includes('Delivered'));
  await visitor.send(`/accounts/${id}/phone/read`, { customer: usualCustomer });
  await waitFor(async () => /:\d\d Read/.test(await partOf(id, 'messages')));
  await visitor.send(`/accounts/${id}/phone/write`, { customer: usualCustomer, text: 'An answer' });
  expect(await partOf(id, 'messages')).toMatch(/From .* An answer/);
  expect(await partOf(id, 'first-run')).toContain('Waiting for your call…');
  await call('/api/send', { to: usualCustomer, text: 'By a script' }, apiKey);
  expect(await partOf(id, 'first-run')).toContain('4 of 4 done');
  expect(wordsOf((await visitor.open(`/accounts/${id}`)).html)).not.toContain('4 of 4 done');
});

test('sent in the background, the form comes back empty but for the number', async () => {
  const { id } = await linkedAccount();
  const fields = { to: usualCustomer, text: 'Hello' };
  const { status, html } = await visitor.send(`/accounts/${id}/send`, fields, { inBackground: true });
  expect(status).toBe(200);
  expect(html).toContain(`value="${usualCustomer}"`);
  expect(html).toMatch(/<textarea[^>]*autofocus[^>]*><\/textarea>/);
});

test('the same text twice is sent twice, because a person wrote it', async () => {
  const { id } = await linkedAccount();
  for (let index = 0; index < 2; index += 1) {
    await visitor.send(`/accounts/${id}/send`, { to: usualCustomer, text: 'Again' });
  }
  expect((await partOf(id, 'messages')).match(/Again/g)).toHaveLength(2);
});

describe('A message that is refused', () => {
  test('names the field and keeps what was typed', async () => {
    const { id } = await linkedAccount();
    const { status, html } = await visitor.send(`/accounts/${id}/send`, { to: 'nobody', text: 'Kept' });
    expect(status).toBe(422);
    expect(wordsOf(html)).toContain('To is not a phone number or chat address.');
    expect(html).toContain('>Kept</textarea>');
  });

  test('without a line says why and where the next step is', async () => {
    const { id } = await linkedAccount();
    await visitor.send(`/accounts/${id}/pause`, {});
    const { status, html } = await visitor.send(`/accounts/${id}/send`, { to: usualCustomer, text: 'Hello' });
    expect(status).toBe(409);
    expect(wordsOf(html)).toContain('is not connected: Paused by you. To the next step at the top of this page');
  });
});

test('the phone shows what a location, contacts and a poll say', async () => {
  const { id, apiKey } = await linkedAccount();
  const send = (body: object) => call('/api/send?wait=true', { to: usualCustomer, ...body }, apiKey);
  await send({ type: 'location', latitude: 52.52, longitude: 13.405, name: 'Flower shop', address: 'Main street 12' });
  const ada = { name: 'Ada', phone: '+4915112345678', organization: 'Engines, Ltd' };
  await send({ type: 'contact', contacts: [ada, { name: 'Grace', phone: '+12025550123' }] });
  await send({ type: 'poll', question: 'When?', options: ['Today', 'Tomorrow'], maxAnswers: 0 });
  await waitFor(async () => (await partOf(id, 'phone')).includes('Tomorrow'));
  for (const shown of [await partOf(id, 'phone'), await partOf(id, 'messages')]) {
    expect(shown).toContain('Flower shop Main street 12 52.52000, 13.40500 Open the map');
    expect(shown).toContain('Ada Engines, Ltd +4915112345678 Grace +12025550123');
    expect(shown).toContain('When? Poll, any number of answers Today Tomorrow');
  }
});

test('a customer votes with the buttons of a poll, and takes a vote back', async () => {
  const { id, apiKey } = await linkedAccount();
  const poll = { to: usualCustomer, type: 'poll', question: 'When?', options: ['Today', 'Tomorrow'], maxAnswers: 0 };
  await call('/api/send?wait=true', poll, apiKey);
  await waitFor(async () => (await partOf(id, 'phone')).includes('Tomorrow'));
  const phone = async (): Promise<string> => (await visitor.open(`/ui/accounts/${id}/phone`)).html;
  const message = /id="phone-vote-(\w+)-0"/.exec(await phone())?.[1] ?? '';
  const touch = (option: string) =>
    visitor.send(`/accounts/${id}/phone/vote`, { customer: usualCustomer, message, option });
  const pressed = async () => Array.from((await phone()).matchAll(/aria-pressed="(\w+)"/g), ([, on]) => on === 'true');
  await touch('1');
  expect(await pressed()).toEqual([false, true]);
  await waitFor(async () => (await partOf(id, 'messages')).includes('Tomorrow 1 vote'));
  await touch('0');
  expect(await pressed()).toEqual([true, true]);
  await touch('1');
  expect(await pressed()).toEqual([true, false]);
  await waitFor(async () => (await partOf(id, 'messages')).includes('Tomorrow 0 votes'));
  const refused = await visitor.send(`/accounts/${id}/phone/vote`, {
    customer: usualCustomer,
    message: 'gone',
    option: '0',
  });
  expect([refused.status, wordsOf(refused.html).includes('No customer has a message with this id')]).toEqual([
    404,
    true,
  ]);
});

test('a refusal that was asked for is shown with its reason', async () => {
  const { id } = await linkedAccount();
  await visitor.send(`/accounts/${id}/phone/fail-next`, { customer: usualCustomer });
  expect(await partOf(id, 'phone')).toContain('The next message will fail');
  await visitor.send(`/accounts/${id}/send`, { to: usualCustomer, text: 'Hello' });
  await waitFor(async () => (await partOf(id, 'messages')).includes('WhatsApp refused the message'));
});

test('a phone without network gets nothing and writes nothing until it is back', async () => {
  const { id } = await linkedAccount();
  const customer = usualCustomer;
  await visitor.send(`/accounts/${id}/phone/offline`, { customer });
  const refused = await visitor.send(`/accounts/${id}/phone/write`, { customer, text: 'Hello?' });
  expect(refused.status).toBe(409);
  expect(refused.html).toContain('value="Hello?"');
  await visitor.send(`/accounts/${id}/phone/online`, { customer });
  expect((await visitor.send(`/accounts/${id}/phone/write`, { customer, text: 'Hello?' })).status).toBe(303);
});

test('a queued message can be taken back once, and too late says so', async () => {
  const { id } = await linkedAccount();
  await call(`/api/accounts/${id}/sandbox/faults`, { kind: 'unavailable' });
  await waitFor(async () => (await partOf(id, 'header')).includes('Reconnecting'));
  await visitor.send(`/accounts/${id}/send`, { to: usualCustomer, text: 'Hello' });
  const [, messageId = ''] = /messages\/(msg_\w+)\/cancel/.exec((await visitor.open(`/accounts/${id}`)).html) ?? [];
  const cancel = () => visitor.send(`/accounts/${id}/messages/${messageId}/cancel`, {}, { inBackground: true });
  expect(wordsOf((await cancel()).html)).toContain('Cancelled');
  const late = await cancel();
  expect(late.status).toBe(409);
  expect(wordsOf(late.html)).toContain('Only a queued message can be cancelled; this one is cancelled.');
});

test('pages of messages lead to the first one', async () => {
  const { id, apiKey } = await linkedAccount();
  for (let index = 0; index < 27; index += 1)
    await call('/api/send', { to: usualCustomer, text: `Row ${index}.` }, apiKey);
  const first = await visitor.open(`/accounts/${id}`);
  const [, older = ''] = /href="([^"]*\?before=\d+)#/.exec(first.html) ?? [];
  expect(first.html.match(/id="row-msg_/g)).toHaveLength(25);
  const second = await visitor.open(older);
  expect(second.html.match(/id="row-msg_/g)).toHaveLength(2);
  expect(wordsOf(second.html)).toContain('Row 0.');
});

test('a new key is shown once and the old one ends when it was said to', async () => {
  const { id, apiKey } = await linkedAccount();
  const rolled = await visitor.send(`/accounts/${id}/key`, { overlap: 'none' });
  expect(rolled.location).toBe(`/accounts/${id}`);
  const [newKey = ''] = /sk_test_\w{38}/.exec((await visitor.open(`/accounts/${id}`)).html) ?? [];
  expect((await visitor.open(`/accounts/${id}`)).html).not.toContain(newKey);
  const body = { to: usualCustomer, text: 'Hello' };
  expect((await call('/api/send', body, newKey)).status).toBe(202);
  expect((await call('/api/send', body, apiKey)).status).toBe(401);
});

test('a phone that logs out leads back to linking', async () => {
  const { id } = await linkedAccount();
  expect(wordsOf((await visitor.open(`/accounts/${id}/phone/log-out`)).html)).toContain('Log out phone?');
  await visitor.send(`/accounts/${id}/phone/log-out`, {});
  await waitFor(async () => (await partOf(id, 'header')).includes('Link again'));
  await visitor.send(`/accounts/${id}/phone/new-code`, { customer: usualCustomer });
  await waitFor(async () => (await partOf(id, 'phone')).includes('Scan the code'));
});

test('the first steps stay hidden once they were dismissed', async () => {
  const { id } = await linkedAccount();
  const own = await signInVisitor(app.address, username, password);
  await own.send(`/accounts/${id}/first-run/dismiss`, {});
  expect(wordsOf((await own.open(`/accounts/${id}`)).html)).not.toContain('Set up in four steps');
});

describe('The settings of an account', () => {
  const asTheyAre = { perMinute: '12', burst: '5', minDelay: '0', maxDelay: '0', typing: 'true' };
  const limits = { newChatsPerDay: '', dailyCap: '500', queueLimit: '1000', duplicateWindow: '5' };
  const unchosen = {
    alwaysOnline: 'false',
    markRead: 'false',
    rejectCalls: 'false',
    ignoreGroups: 'false',
    storeMedia: 'false',
  };

  async function openSettings(id: string) {
    const { html } = await visitor.open(`/accounts/${id}/settings`);
    const [, tag = ''] = /name="tag" value="([^"]*)"/.exec(html) ?? [];
    const fields = {
      tag: tag.replaceAll('&quot;', '"'),
      preset: 'normal',
      ...asTheyAre,
      ...limits,
      ...unchosen,
      ignoreStatus: 'true',
    };
    return { html, save: (changed: object) => visitor.send(`/accounts/${id}/settings`, { ...fields, ...changed }) };
  }

  async function storedSettings(id: string): Promise<unknown> {
    const sql = 'SELECT settings FROM whatsapp_accounts WHERE id = $1';
    return (await app.database.one<{ settings: unknown }>(sql, [id]))?.settings;
  }

  test('are changed one by one: what was never set goes on following the pace', async () => {
    const { id } = await makeAccount('whatsapp');
    const page = await openSettings(id);
    expect(page.html).toMatch(/value="normal" checked/);
    const saved = await page.save({ preset: 'custom', perMinute: '3', maxDelay: '2.5', newChatsPerDay: '7' });
    expect(saved.location).toBe(`/accounts/${id}/settings`);
    const pacing = { preset: 'custom', perMinute: 3, maxDelayMs: 2500, newChatsPerDay: 7 };
    expect(await storedSettings(id)).toMatchObject({ pacing });
    await (await openSettings(id)).save({ preset: 'careful', maxDelay: '', newChatsPerDay: '' });
    expect(await storedSettings(id)).toMatchObject({ pacing: { preset: 'careful', perMinute: 3 } });
    expect(await storedSettings(id)).not.toHaveProperty('pacing.newChatsPerDay');
  });

  test('say what the account does by itself, and only what was chosen is stored', async () => {
    const { id } = await makeAccount('whatsapp');
    await (await openSettings(id)).save({ markRead: 'true', ignoreStatus: 'false' });
    expect(await storedSettings(id)).toMatchObject({ behaviour: { markRead: true, ignoreStatus: false } });
    expect(await storedSettings(id)).not.toHaveProperty('behaviour.rejectCalls');
    const { html } = await openSettings(id);
    const checked = [...html.matchAll(/type="checkbox" name="(\w+)" value="true" checked/g)].map(([, name]) => name);
    expect(checked).toEqual(['typing', 'markRead']);
  });

  test('that do not fit are named beside their fields, and what was typed stays', async () => {
    const { id } = await makeAccount('whatsapp');
    const { save } = await openSettings(id);
    const wrong = await save({ minDelay: '9', maxDelay: '3' });
    expect(wrong.status).toBe(422);
    expect(wordsOf(wrong.html)).toContain('Shortest pause must not be more than the longest pause.');
    expect(wrong.html).toMatch(/id="settings-minDelay"[^>]*value="9"/);
    expect(wordsOf((await save({ dailyCap: '-1', burst: '0' })).html)).toMatch(
      /At once after a rest must be at least 1\. Messages a day must be at least 0\./,
    );
  });

  test('of two people who have them open only the first can save', async () => {
    const { id } = await makeAccount('whatsapp');
    const [ada, grace] = [await openSettings(id), await openSettings(id)];
    expect((await ada.save({ preset: 'careful' })).status).toBe(303);
    const late = await grace.save({ dailyCap: '77' });
    expect(late.status).toBe(412);
    expect(wordsOf(late.html)).toContain('Nothing was saved: somebody else has changed these settings');
    expect(late.html).toMatch(/id="settings-dailyCap"[^>]*value="77"/);
    expect(await storedSettings(id)).toMatchObject({ pacing: { preset: 'careful' } });
  });

  test('that change while a person saves are not overwritten', async () => {
    const { id } = await makeAccount('whatsapp');
    const { save } = await openSettings(id);
    let saving: ReturnType<typeof save> | undefined;
    await app.database.transaction(async (tx) => {
      await tx.execute(`UPDATE whatsapp_accounts SET settings = '{"pacing":{"preset":"fast"}}' WHERE id = $1`, [id]);
      saving = save({ dailyCap: '77' });
      await waitFor(async () => {
        const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
        return (await app.database.rows(waiting)).length > 0;
      });
    });
    expect((await saving)?.status).toBe(412);
    expect(await storedSettings(id)).toEqual({ pacing: { preset: 'fast' } });
  });

  test('warn of no pace for a real number only', async () => {
    const risk = 'WhatsApp may restrict or ban it';
    expect(wordsOf((await openSettings((await makeAccount('whatsapp')).id)).html)).toContain(risk);
    expect(wordsOf((await openSettings((await makeAccount()).id)).html)).not.toContain(risk);
  });
});
