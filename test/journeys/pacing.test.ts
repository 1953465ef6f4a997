import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, type Api, apiOf, type MessageJson } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { seedMessages, seedQueue } from '../doubles/seed-rows.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let app: RunningApp;
let api: Api;
let numbers = 9_990_000_000_000;

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

function newNumber(): string {
  numbers += 1;
  return String(numbers);
}

/** Linked, and paced like this. */
async function linkedAccount(pacing: object): Promise<AccountJson> {
  const account = await api.createAccount('Shop', 'whatsapp', { pacing });
  await simulator.control.phone(newNumber()).scan(await api.qr(account.id));
  return { ...account, ...(await api.becomes(account.id, 'ready')), apiKey: account.apiKey };
}

async function post(account: AccountJson, body: object): Promise<MessageJson> {
  return (await app.data('POST', '/api/send', { key: account.apiKey, body })) as MessageJson;
}

async function set(account: AccountJson, pacing: object): Promise<void> {
  await app.data('PATCH', `/api/accounts/${account.id}`, { body: { settings: { pacing } } });
}

async function get(account: AccountJson, { id }: { id: string }): Promise<MessageJson> {
  return (await app.data('GET', `/api/messages/${id}`, { key: account.apiKey })) as MessageJson;
}

async function allSent(account: AccountJson, count: number): Promise<MessageJson[]> {
  const isThrough = ({ status }: MessageJson): boolean => ['sent', 'delivered', 'read'].includes(status);
  await waitFor(async () => (await api.messages(account)).filter(isThrough).length === count);
  return (await api.messages(account)).toReversed();
}

const departureOf = ({ statusAt }: MessageJson): number => Date.parse(statusAt['sending'] ?? '');
const quick = { preset: 'custom', perMinute: 600, burst: 1, typing: false };

describe('estimates', () => {
  test('messages leave in the order and at the times that were told', async () => {
    const account = await linkedAccount(quick);
    const to = newNumber();
    const accepted: MessageJson[] = [];
    for (let index = 0; index < 30; index += 1) accepted.push(await post(account, { to, text: `number ${index}` }));
    const sent = await allSent(account, 30);
    expect(sent.map(({ id }) => id)).toEqual(accepted.map(({ id }) => id));
    const late = accepted.map(({ id, estimatedSendAt }) => {
      const message = sent.find((each) => each.id === id);
      return (message ? departureOf(message) : NaN) - Date.parse(estimatedSendAt ?? '');
    });
    // Never earlier than told; later only as far as this machine is busy.
    expect(Math.min(...late)).toBeGreaterThan(-50);
    expect(Math.max(...late)).toBeLessThan(2_000);
    const gaps = sent.slice(1).map((message, index) => departureOf(message) - departureOf(sent[index] ?? message));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(95);
  });

  test('normal: the last of fifty to known chats leaves within five minutes', async () => {
    const account = await linkedAccount({ preset: 'normal' });
    await seedMessages(app.database, account.id, 60);
    const begunMs = Date.now();
    const estimatesMs: number[] = [];
    for (let index = 0; index < 50; index += 1) {
      const { estimatedSendAt = '' } = await post(account, {
        to: `9995550${100 + (index % 20)}`,
        text: `news ${index}`,
      });
      estimatesMs.push(Date.parse(estimatedSendAt) - begunMs);
    }
    expect(estimatesMs).toHaveLength(50);
    expect(Math.max(...estimatesMs)).toBeLessThan(5 * 60_000);
    // One in five seconds, after a burst of five.
    expect(Math.max(...estimatesMs)).toBeGreaterThanOrEqual(45 * 5_000);
  });

  test('a message tells why it waits, which place it has and when it will leave', async () => {
    const account = await linkedAccount({ preset: 'careful', typing: false });
    const to = newNumber();
    const first = await post(account, { to, text: 'goes at once' });
    const second = await post(account, { to, text: 'waits for its pace' });
    const later = await post(account, {
      to,
      text: 'is scheduled',
      sendAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    await waitFor(async () => (await get(account, first)).waiting === null);
    expect((await get(account, second)).waiting).toMatchObject({ reason: 'pace', position: 1 });
    expect((await get(account, later)).waiting).toMatchObject({ reason: 'scheduled', position: 2 });
    const listed = (await api.messages(account)).find(({ id }) => id === second.id);
    expect(listed?.waiting).toMatchObject({ reason: 'pace' });
  });
});

test('people see somebody type before a message comes, unless the message says not to', async () => {
  const account = await linkedAccount({ preset: 'unpaced', typing: true });
  const owner = account.phone?.slice(1) ?? '';
  const customer = simulator.control.phone(newNumber());
  const typed = customer.sees(owner, 'composing');
  await post(account, { to: customer.number, text: 'typed' });
  await typed;
  expect(customer.messages()).toEqual([]);
  await customer.receives('typed');
  const [before] = await allSent(account, 1);
  const quick = await post(account, { to: customer.number, text: 'at once', typing: false });
  await customer.receives('at once');
  const sent = await get(account, quick);
  expect(departureOf(sent) - Date.parse(sent.statusAt['queued'] ?? '')).toBeLessThan(
    departureOf(before ?? sent) - Date.parse(before?.statusAt['queued'] ?? ''),
  );
});

test('what waits survives a pause, a resume and a change of the preset', async () => {
  const account = await linkedAccount({ preset: 'careful', typing: false });
  const to = newNumber();
  for (const text of ['one', 'two', 'three']) await post(account, { to, text });
  await waitFor(async () => (await api.messages(account)).some(({ status }) => status !== 'queued'));
  await app.data('POST', `/api/accounts/${account.id}/pause`);
  await set(account, { preset: 'unpaced' });
  await app.data('POST', `/api/accounts/${account.id}/resume`);
  expect((await allSent(account, 3)).map(({ text }) => text)).toEqual(['one', 'two', 'three']);
});

test('a higher priority leaves first, and what is scheduled not before its time', async () => {
  const account = await linkedAccount({ preset: 'careful', typing: false });
  const to = newNumber();
  await post(account, { to, text: 'first' });
  const sendAt = new Date(Date.now() + 1_500).toISOString();
  await post(account, { to, text: 'scheduled', sendAt });
  await post(account, { to, text: 'low', priority: 'low' });
  await post(account, { to, text: 'normal' });
  await post(account, { to, text: 'high', priority: 'high' });
  await waitFor(async () =>
    (await api.messages(account)).some(({ text, status }) => text === 'first' && status !== 'queued'),
  );
  await set(account, { preset: 'unpaced' });
  const sent = await allSent(account, 5);
  const shown = simulator.control.phone(to).messages();
  expect(shown.map(({ text }) => text)).toEqual(['first', 'high', 'normal', 'low', 'scheduled']);
  const scheduled = sent.find(({ text }) => text === 'scheduled');
  expect(Date.parse(scheduled?.statusAt['sending'] ?? '')).toBeGreaterThanOrEqual(Date.parse(sendAt));
});

test('when the budget of new chats is spent, known chats go on', async () => {
  const account = await linkedAccount({ preset: 'unpaced', newChatsPerDay: 2 });
  const [known, stranger, another] = [newNumber(), newNumber(), newNumber()];
  await post(account, { to: known, text: 'to the first' });
  await post(account, { to: stranger, text: 'to the second' });
  const held = await post(account, { to: another, text: 'to the third' });
  await post(account, { to: known, text: 'to the first again' });
  await allSent(account, 3);
  expect((await get(account, held)).waiting).toMatchObject({ reason: 'new_chats' });
  await set(account, { newChatsPerDay: 3 });
  await allSent(account, 4);
});

test('the cap of a day holds everything back until it is raised', async () => {
  const account = await linkedAccount({ preset: 'unpaced', dailyCap: 1 });
  const to = newNumber();
  await post(account, { to, text: 'within the cap' });
  const held = await post(account, { to, text: 'over the cap' });
  await allSent(account, 1);
  expect((await get(account, held)).waiting).toMatchObject({ reason: 'daily_cap' });
  await set(account, { dailyCap: 0 });
  await allSent(account, 2);
});

test('a queue takes as many as it is allowed to, and none more', async () => {
  const account = await linkedAccount({ preset: 'careful', typing: false, queueLimit: 3 });
  const to = newNumber();
  const first = await post(account, { to, text: 'leaves' });
  await waitFor(async () => (await get(account, first)).status !== 'queued');
  for (const text of ['a', 'b', 'c']) await post(account, { to, text });
  const refused = await app.call('POST', '/api/send', { key: account.apiKey, body: { to, text: 'd' } });
  expect(refused).toMatchObject({ status: 429, body: { code: 'queue.full' } });
  expect(await api.messages(account)).toHaveLength(4);
});

test('the 1,001st message that waits is refused, and told when to try again, until there is room', async () => {
  const account = await linkedAccount({ preset: 'normal' });
  await seedQueue(app.database, account.id, 999);
  const to = newNumber();
  const sendAt = new Date(Date.now() + 3_600_000).toISOString();
  const last = await post(account, { to, text: 'the thousandth', sendAt });
  const one = { key: account.apiKey, body: { to, text: 'one more', sendAt } };
  const refused = await app.call('POST', '/api/send', one);
  expect(refused).toMatchObject({ status: 429, body: { code: 'queue.full' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await app.data('POST', `/api/messages/${last.id}/cancel`, { key: account.apiKey });
  expect((await app.call('POST', '/api/send', one)).status).toBe(202);
});

describe('warnings', () => {
  test('a real number that nothing paces', async () => {
    const [paced, unpaced] = [await linkedAccount({ preset: 'fast' }), await linkedAccount({ preset: 'unpaced' })];
    const body = { to: newNumber(), text: 'hello' };
    expect((await post(paced, body)).warnings).toEqual([]);
    expect((await post(unpaced, body)).warnings).toEqual([expect.stringContaining('preset unpaced')]);
  });

  test('a message that expires before its turn comes', async () => {
    const account = await linkedAccount({ preset: 'careful', typing: false });
    const to = newNumber();
    expect((await post(account, { to, text: 'in time', expiresInSeconds: 5 })).warnings).toEqual([]);
    const { warnings } = await post(account, { to, text: 'too late', expiresInSeconds: 5 });
    expect(warnings).toEqual([expect.stringMatching(/^It expires at .*Z, before it would leave/)]);
  });

  test('the same text to more than twenty new chats a day, and to no other chat', async () => {
    const account = await linkedAccount({ preset: 'careful' });
    const numbers = Array.from({ length: 22 }, newNumber);
    const warnings: unknown[] = [];
    for (const to of numbers) warnings.push((await post(account, { to, text: 'Buy now' })).warnings);
    const warned = [expect.stringContaining('more than 20 new chats')];
    expect(warnings).toEqual([...Array.from({ length: 20 }, () => []), warned, warned]);
    const toKnown = { to: numbers[21], text: 'Buy now', allowDuplicate: true };
    expect((await post(account, toKnown)).warnings).toEqual([]);
    expect((await post(account, { to: newNumber(), text: 'Something else' })).warnings).toEqual([]);
  });
});

describe('settings', () => {
  test('null takes one back to its default, and what was never set follows the preset', async () => {
    const account = await linkedAccount({ preset: 'fast', dailyCap: 7 });
    const settings = async () => (await api.account(account.id)).settings;
    expect((await settings()).pacing).toMatchObject({
      preset: 'fast',
      perMinute: 30,
      burst: 5,
      dailyCap: 7,
      typing: true,
    });
    await set(account, { preset: 'unpaced', dailyCap: null });
    expect((await settings()).pacing).toMatchObject({ preset: 'unpaced', perMinute: 0, dailyCap: 0, typing: false });
  });

  test.each([
    ['settings.pacing.perMinute', { preset: 'normal', perMinute: 100 }],
    ['settings.pacing.minDelayMs', { minDelayMs: 2_000, maxDelayMs: 1_000 }],
    ['settings.pacing.burst', { preset: 'custom', burst: 0 }],
  ])('%s is named when it contradicts the others', async (field, pacing) => {
    const account = await api.createAccount('Shop', 'sandbox');
    const refused = await app.call('PATCH', `/api/accounts/${account.id}`, { body: { settings: { pacing } } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'request.invalid', errors: [{ field }] } });
  });
});
