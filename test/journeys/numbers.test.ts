import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, apiOf } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

interface NumberJson {
  number: string;
  exists: boolean;
  jid: string | null;
  lid: string | null;
}

let simulator: Simulator;
let lastOwner = 9_990_000_000_000;
let lastNumber = 9_990_000_000_400;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
});
afterAll(() => simulator.stop());
afterEach(() => {
  simulator.control.clearFaults();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

interface Shop {
  app: RunningApp;
  account: AccountJson;
  owner: string;
  check(...numbers: readonly string[]): Promise<NumberJson[]>;
}

async function startShop(environment: Record<string, string> = {}): Promise<Shop> {
  const app = await startApp({ environment: { ...environmentOf(simulator), ...environment } });
  const api = apiOf(app);
  lastOwner += 1;
  const owner = String(lastOwner);
  const account = await api.createAccount('Shop', 'whatsapp');
  await simulator.control.phone(owner).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  const check = async (...numbers: readonly string[]) =>
    (await app.data('POST', '/api/numbers/check', { key: account.apiKey, body: { numbers } })) as NumberJson[];
  return { app, account, owner, check };
}

function newNumber(): string {
  lastNumber += 1;
  return `+${lastNumber}`;
}
const queries = () => simulator.control.counters().queriesByNamespace.get('usync') ?? 0;

describe('with the default cache', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop.app.stop());

  test('numbers are answered in the order of the question, as they were written', async () => {
    const [there, nowhere] = [newNumber(), newNumber()];
    await simulator.control.fault({ kind: 'unregistered', number: nowhere.slice(1), enabled: true });
    const phone = simulator.control.phone(there.slice(1));
    const asWritten = `${there.slice(0, 4)} ${there.slice(4)}`;
    expect(await shop.check(nowhere, asWritten, phone.jid)).toEqual([
      { number: nowhere, exists: false, jid: null, lid: null },
      { number: asWritten, exists: true, jid: phone.jid, lid: phone.lid },
      { number: phone.jid, exists: true, jid: phone.jid, lid: phone.lid },
    ]);
  });

  test('what is known is not asked for again', async () => {
    const number = newNumber();
    await shop.check(number);
    const before = queries();
    await shop.check(number, number);
    expect(queries()).toBe(before);
  });

  test('a number is asked for once, however many ask; and never in two queries at a time', async () => {
    const [first, ...others] = Array.from({ length: 6 }, newNumber);
    await simulator.control.fault({ kind: 'latency', number: shop.owner, ms: 2_000 });
    const before = queries();
    const asked = shop.check(first ?? '');
    await waitFor(() => queries() === before + 1);
    const answers = await Promise.all([asked, shop.check(first ?? ''), ...others.map((number) => shop.check(number))]);
    expect(answers.flat().every(({ exists }) => exists)).toBe(true);
    // The others have waited for the first query, and went together.
    expect(queries()).toBe(before + 2);
  });

  test('a hundred numbers are one query, one more is refused', async () => {
    const numbers = Array.from({ length: 101 }, newNumber);
    const before = queries();
    expect(await shop.check(...numbers.slice(0, 100))).toHaveLength(100);
    expect(queries()).toBe(before + 1);
    const answer = await shop.app.call('POST', '/api/numbers/check', { key: shop.account.apiKey, body: { numbers } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'numbers' }] } });
  });

  test.each([
    ['numbers[1]', ['+9990000000499', 'nobody']],
    ['numbers[0]', ['120363000000000000@g.us']],
    ['numbers', []],
  ])('%s is named when it is no number', async (field, numbers) => {
    const answer = await shop.app.call('POST', '/api/numbers/check', { key: shop.account.apiKey, body: { numbers } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'request.invalid', errors: [{ field }] } });
  });

  test('a line that is cut meanwhile is said, and nothing of it is kept', async () => {
    const number = newNumber();
    const unanswered = { kind: 'unanswered-query', number: shop.owner, xmlns: 'usync' } as const;
    await simulator.control.fault({ ...unanswered, enabled: true });
    const before = queries();
    const answer = shop.app.call('POST', '/api/numbers/check', {
      key: shop.account.apiKey,
      body: { numbers: [number] },
    });
    await waitFor(() => queries() === before + 1);
    await simulator.control.fault({ kind: 'drop-line', number: shop.owner });
    expect(await answer).toMatchObject({ status: 409, body: { code: 'account.not_connected' } });
    await simulator.control.fault({ ...unanswered, enabled: false });
    await apiOf(shop.app).becomes(shop.account.id, 'ready');
    await waitFor(async () => {
      const again = await shop.app.call('POST', '/api/numbers/check', {
        key: shop.account.apiKey,
        body: { numbers: [number] },
      });
      return again.status === 200;
    });
  });

  test('an account that is not linked says so, and one of another instance that it is moving', async () => {
    const offline = await apiOf(shop.app).createAccount('Offline', 'sandbox');
    const body = { numbers: [newNumber()] };
    expect(await shop.app.call('POST', '/api/numbers/check', { key: offline.apiKey, body })).toMatchObject({
      status: 409,
      body: { code: 'account.not_connected' },
    });
    const other = await startApp({ environment: environmentOf(simulator), database: shop.app.database });
    try {
      expect(await other.call('POST', '/api/numbers/check', { key: shop.account.apiKey, body })).toMatchObject({
        status: 503,
        body: { code: 'account.moving' },
      });
    } finally {
      await other.stop();
    }
  });
});

test('CACHE_TTL says how long an answer is believed', async () => {
  const shop = await startShop({ CACHE_TTL: '1000' });
  try {
    const number = newNumber();
    const before = queries();
    await shop.check(number);
    await shop.check(number);
    expect(queries()).toBe(before + 1);
    await waitFor(async () => {
      await shop.check(number);
      return queries() > before + 1;
    });
  } finally {
    await shop.app.stop();
  }
});

test('QUERY_CACHE_SIZE says how many answers are kept', async () => {
  const shop = await startShop({ QUERY_CACHE_SIZE: '1' });
  try {
    const [first, second] = [newNumber(), newNumber()];
    const before = queries();
    for (const number of [first, first, second, first]) await shop.check(number);
    expect(queries()).toBe(before + 3);
  } finally {
    await shop.app.stop();
  }
});
