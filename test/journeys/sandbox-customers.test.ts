import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AccountJson, type Api, apiOf, type MessageJson } from '../doubles/api.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let app: RunningApp;
let api: Api;
let shop: AccountJson;
const customer = '+9995550101';

interface Bubble {
  id: string;
  type: string;
  text: string | null;
  poll: { results: { option: string; count: number }[] } | null;
  reactions: { from: string; emoji: string }[];
  replyTo: string | null;
  edited: boolean;
  deleted: boolean;
}

beforeAll(async () => {
  app = await startApp();
  api = apiOf(app);
  shop = await api.createAccount('Shop', 'sandbox');
  shop = { ...((await app.data('POST', path('scan'), { key: shop.apiKey })) as AccountJson), apiKey: shop.apiKey };
});
afterAll(() => app.stop());

const path = (rest: string): string => `/api/accounts/${shop.id}/sandbox/${rest}`;

function call(method: string, rest: string, body?: unknown) {
  return app.call(method, path(rest), { key: shop.apiKey, ...(body === undefined ? {} : { body }) });
}

async function written(body: object): Promise<MessageJson> {
  const answer = await call('POST', 'messages', body);
  expect(answer).toMatchObject({ status: 201 });
  const { messageId } = (answer.body as { data: { messageId: string } }).data;
  return (await app.data('GET', `/api/messages/${messageId}`, { key: shop.apiKey })) as MessageJson;
}

async function stored(id: string): Promise<MessageJson> {
  return (await app.data('GET', `/api/messages/${id}`, { key: shop.apiKey })) as MessageJson;
}

async function bubbles(): Promise<Bubble[]> {
  return (await app.data('GET', path('messages'), { key: shop.apiKey })) as Bubble[];
}

/** Ticks may still turn. */
async function shownIds(): Promise<string[]> {
  return (await bubbles()).map(({ id }) => id);
}

async function bubble(id: string): Promise<Bubble> {
  const found = (await bubbles()).find((each) => each.id === id);
  if (!found) throw new Error(`${id} is on no phone`);
  return found;
}

describe('a customer writes', () => {
  test('a location, a contact, a poll and an answer', async () => {
    expect(await written({ type: 'location', latitude: 52.5, longitude: 13.4, name: 'Shop' })).toMatchObject({
      type: 'location',
      location: { latitude: 52.5, longitude: 13.4, name: 'Shop', address: null },
    });
    expect(await written({ type: 'contact', contacts: [{ name: 'Ada', phone: '+9995550199' }] })).toMatchObject({
      type: 'contact',
      contacts: [{ name: 'Ada', phone: '+9995550199', organization: null }],
    });
    const poll = await written({ type: 'poll', question: 'When?', options: ['Today', 'Tomorrow'] });
    expect(poll).toMatchObject({ type: 'poll', poll: { question: 'When?', maxAnswers: 1 } });
    const answer = await written({ text: 'please', replyTo: poll.whatsappId });
    expect(answer).toMatchObject({ text: 'please', replyTo: poll.whatsappId });
    expect(await bubble(answer.whatsappId)).toMatchObject({ replyTo: poll.whatsappId });
  });

  test('a file, whose bytes the account can read', async () => {
    const bytes = randomBytes(200_000);
    const media = { data: bytes.toString('base64'), mimetype: 'application/x-thing' };
    const message = await written({ type: 'document', media, filename: 'thing.bin', caption: 'here' });
    expect(message).toMatchObject({ type: 'document', text: 'here', media: { filename: 'thing.bin', size: 200_000 } });
    const file = await fetch(`${app.address}/api/messages/${message.id}/media`, {
      headers: { 'x-api-key': shop.apiKey },
    });
    const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
    expect(hash(new Uint8Array(await file.arrayBuffer()))).toBe(hash(bytes));
  });

  test.each([
    [{ type: 'document' }, 'media'],
    [{ type: 'document', media: { data: '&&' } }, 'media.data'],
    [{ type: 'letter' }, 'type'],
    [{ type: 'contact', contacts: [{ name: 'Ada', phone: 'none' }] }, 'contacts[0].phone'],
    [{ text: 'please', replyTo: 'ABC' }, 'replyTo'],
    [{ text: 'please', from: '+491701234567' }, 'from'],
  ])('nothing where %j is wrong', async (body, field) => {
    const before = await shownIds();
    expect(await call('POST', 'messages', body)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(await shownIds()).toEqual(before);
  });

  test('no picture that is none', async () => {
    const media = { data: Buffer.from('hello').toString('base64') };
    expect(await call('POST', 'messages', { type: 'image', media })).toMatchObject({
      status: 422,
      body: { code: 'media.wrong_type' },
    });
  });
});

describe('a customer', () => {
  test('reacts, edits and deletes, and the account sees it', async () => {
    const sent = await api.send(shop, customer, 'Your order is ready', '?wait=true');
    expect((await call('POST', `messages/${sent.whatsappId}/reaction`, { emoji: '👍' })).body).toMatchObject({
      data: { reactions: [{ from: customer, emoji: '👍' }] },
    });
    await waitFor(async () => (await stored(sent.id)).reactions.length === 1);
    await call('POST', `messages/${sent.whatsappId}/reaction`, { emoji: '' });
    await waitFor(async () => (await stored(sent.id)).reactions.length === 0);

    const own = await written({ text: 'I come at noon' });
    expect((await call('PATCH', `messages/${own.whatsappId}`, { text: 'I come at one' })).body).toMatchObject({
      data: { text: 'I come at one', edited: true },
    });
    await waitFor(async () => (await stored(own.id)).text === 'I come at one');
    expect((await call('DELETE', `messages/${own.whatsappId}`)).body).toMatchObject({ data: { deleted: true } });
    await waitFor(async () => (await stored(own.id)).deletedAt !== null);
    expect(await call('PATCH', `messages/${own.whatsappId}`, { text: 'again' })).toMatchObject({
      status: 409,
      body: { code: 'message.deleted' },
    });
  });

  test('votes in a poll of the account, and takes the vote back', async () => {
    const poll = { to: customer, type: 'poll', question: 'Which?', options: ['Tea', 'Coffee'] };
    const sent = (await app.data('POST', '/api/send?wait=true', { key: shop.apiKey, body: poll })) as MessageJson;
    const vote = (options: string[]) => call('POST', `messages/${sent.whatsappId}/vote`, { options });
    const counts = async (): Promise<number[]> => {
      const { results } = (await stored(sent.id)).poll as NonNullable<Bubble['poll']>;
      return results.map(({ count }) => count);
    };
    expect((await vote(['Coffee'])).body).toMatchObject({ data: { poll: { results: [{ count: 0 }, { count: 1 }] } } });
    await waitFor(async () => (await counts()).join() === '0,1');
    expect(await vote(['Water'])).toMatchObject({ status: 422, body: { errors: [{ field: 'options[0]' }] } });
    expect(await vote(['Tea', 'Coffee'])).toMatchObject({ status: 422, body: { errors: [{ field: 'options' }] } });
    await vote([]);
    await waitFor(async () => (await counts()).join() === '0,0');
  });

  test('does nothing to what is not theirs, no poll, not there or out of reach', async () => {
    const sent = await api.send(shop, customer, 'Closed on Monday', '?wait=true');
    const code = async (method: string, rest: string, body?: unknown): Promise<unknown> => {
      const answer = await call(method, rest, body);
      return [answer.status, (answer.body as { code: string }).code];
    };
    const one = `messages/${sent.whatsappId}`;
    expect(await code('PATCH', one, { text: 'Open' })).toEqual([409, 'message.not_own']);
    expect(await code('DELETE', one)).toEqual([409, 'message.not_own']);
    expect(await code('POST', `${one}/vote`, { options: [] })).toEqual([409, 'message.not_poll']);
    expect(await code('POST', `${one}/reaction`, { emoji: 'ok' })).toEqual([422, 'request.invalid']);
    expect(await code('DELETE', 'messages/ABC')).toEqual([404, 'message.not_found']);
    const place = await written({ type: 'location', latitude: 1, longitude: 2 });
    expect(await code('PATCH', `messages/${place.whatsappId}`, { text: 'here' })).toEqual([409, 'message.not_text']);
    await call('POST', 'offline', { enabled: true });
    expect(await code('POST', `${one}/reaction`, { emoji: '👍' })).toEqual([409, 'sandbox.customer_offline']);
    await call('POST', 'offline', { enabled: false });
  });
});
