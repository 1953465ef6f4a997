import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

interface EventJson {
  id: string;
  event: string;
  names: string[];
  timestamp: string;
  accountId: string;
  sequence: number;
  data: { text?: string; status?: string };
}

interface EventPage {
  data: EventJson[];
  nextCursor: string | null;
}

let app: RunningApp;
let api: Api;

beforeAll(async () => {
  app = await startApp();
  api = apiOf(app);
});
afterAll(() => app.stop());

async function linked(name: string): Promise<AccountJson> {
  const account = await api.createAccount(name, 'sandbox');
  await app.data('POST', `/api/accounts/${account.id}/sandbox/scan`);
  return account;
}

async function writes(account: AccountJson, text: string): Promise<void> {
  await app.data('POST', `/api/accounts/${account.id}/sandbox/messages`, { body: { from: '+9995550102', text } });
}

async function page({ apiKey }: AccountJson, query = ''): Promise<EventPage> {
  const { status, body } = await app.call('GET', `/api/events?${query}`, { key: apiKey });
  expect(status).toBe(200);
  return body as EventPage;
}

/** All pages from a cursor to the end, and the cursor from which to go on. */
async function readOn(account: AccountJson, cursor: string): Promise<{ events: EventJson[]; cursor: string }> {
  const events: EventJson[] = [];
  for (let after = cursor; ;) {
    const { data, nextCursor } = await page(account, `limit=3&after=${after}`);
    if (data.length === 0) return { events, cursor: nextCursor ?? '' };
    events.push(...data);
    after = nextCursor ?? '';
  }
}

test('a script that polls with the cursor of the page before sees everything that happened, once and in order', async () => {
  const account = await linked('Polled');
  await api.send(account, '+9995550102', 'from the shop', '?wait=true');
  const first = await readOn(account, '0');
  expect(first.events.map(({ sequence }) => sequence)).toEqual(first.events.map((_, index) => index + 1));
  const names = first.events.flatMap((each) => each.names);
  expect(names).toEqual(expect.arrayContaining(['qrcode.updated', 'session.status', 'message.status']));

  await writes(account, 'hello');
  const then = await readOn(account, first.cursor);
  expect(then.events.find(({ data }) => data.text === 'hello')).toEqual({
    id: expect.stringMatching(/^evt_\w{26}$/) as string,
    event: 'messages-personal.received',
    names: ['messages-personal.received', 'messages.received', 'messages.upsert', 'message'],
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    accountId: account.id,
    sequence: expect.any(Number) as number,
    data: expect.objectContaining({ accountId: account.id, body: 'hello', status: 'received' }) as object,
  });
  const sequences = [...first.events, ...then.events].map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  expect(then.cursor).toBe(String(sequences.length));
});

test('without a cursor the list begins with the oldest; the sequence of an event is a cursor too', async () => {
  const account = await linked('From the start');
  const [first, second] = (await page(account)).data;
  expect(first?.sequence).toBe(1);
  expect((await page(account, 'limit=1')).nextCursor).toBe('1');
  expect((await page(account, `after=${first?.sequence}&limit=1`)).data).toEqual([second]);
});

test('when there is nothing new the cursor stays, and there is none before the first event', async () => {
  const account = await api.createAccount('Quiet', 'whatsapp');
  await app.data('POST', `/api/accounts/${account.id}/pause`);
  const { cursor } = await readOn(account, '0');
  expect(await page(account, `after=${cursor}`)).toEqual({ success: true, data: [], nextCursor: cursor });
  await app.database.execute('DELETE FROM events WHERE account_id = $1', [account.id]);
  await app.database.execute('DELETE FROM event_counters WHERE account_id = $1', [account.id]);
  expect(await page(account)).toEqual({ success: true, data: [], nextCursor: null });
});

test("a key reads its own account's events; an admin key names the account", async () => {
  const [account, other] = [await linked('Own'), await linked('Other')];
  const asked = (query: string, key?: string) => app.call('GET', `/api/events?${query}`, key ? { key } : {});
  const own = await page(account, 'limit=1');
  expect(own.data).toMatchObject([{ accountId: account.id }]);
  const named = `accountId=${account.id}&limit=1`;
  expect(await asked(named, account.apiKey)).toMatchObject({ status: 200, body: own });
  expect(await asked(named)).toMatchObject({ status: 200, body: own });

  expect(await asked(`accountId=${other.id}`, account.apiKey)).toMatchObject({ status: 404 });
  expect(await asked('accountId=acc_nobody')).toMatchObject({ status: 404, body: { code: 'account.not_found' } });
  expect(await asked('')).toMatchObject({ status: 422, body: { errors: [{ field: 'accountId' }] } });
  expect(await asked('', 'sk_test_wrong')).toMatchObject({ status: 401 });
});

test('what is no cursor, and one of events that are not kept any more, is refused by name', async () => {
  const account = await linked('Forgetful');
  const asked = (query: string) => app.call('GET', `/api/events?${query}`, { key: account.apiKey });
  for (const after of ['nonsense', '-1', '1.5', '999999']) {
    expect(await asked(`after=${after}`)).toMatchObject({ status: 422, body: { errors: [{ field: 'after' }] } });
  }
  expect(await asked('limit=201')).toMatchObject({ status: 422, body: { errors: [{ field: 'limit' }] } });

  for (const text of ['one', 'two', 'three', 'four']) await writes(account, text);
  await app.database.execute('DELETE FROM events WHERE account_id = $1 AND sequence <= 3', [account.id]);
  expect(await asked('after=1')).toMatchObject({
    status: 410,
    body: {
      code: 'events.cursor_expired',
      detail:
        'Of the events after 1, those before 4 are not kept any more. Go on with after=3, or without it to begin with ' +
        'the oldest.',
    },
  });
  expect((await page(account, 'after=3')).data[0]?.sequence).toBe(4);
  expect((await page(account)).data[0]?.sequence).toBe(4);
});
