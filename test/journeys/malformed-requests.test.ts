import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApiKey } from '../../src/features/access/api-key.ts';
import { createRawClient, type RawClient, type RawReply } from '../doubles/raw-request.ts';
import { createRecordingLog } from '../doubles/recording-log.ts';
import { startWholeApp, type WholeApp } from '../doubles/whole-app.ts';
import { describedRoutes, type OpenApiDocument } from './described-routes.ts';
import type { Examples, KeyHolder, MalformedRequest } from './malformed-request.ts';
import { malformedRequests } from './malformed-requests.ts';

interface Answer {
  success: boolean;
  data: Record<string, unknown>;
}

interface Problem {
  success?: unknown;
  type?: unknown;
  title?: unknown;
  status?: unknown;
  detail?: unknown;
  code?: unknown;
  requestId?: unknown;
  errors?: { field?: unknown; message?: unknown }[];
}

const log = createRecordingLog();
const underWay = 6;
let app: WholeApp;
let client: RawClient;
let keys: Record<KeyHolder, string | undefined>;
let examples: Examples;
let document: OpenApiDocument;

async function call(method: string, path: string, key: string, body?: unknown): Promise<Answer['data']> {
  const { status, text } = await client.send({
    method,
    path,
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = JSON.parse(text) as Answer;
  if (!answer.success) throw new Error(`${method} ${path}: ${status} ${text}`);
  return answer.data;
}

async function newAccount(name: string): Promise<{ id: string; key: string }> {
  const { id, apiKey } = await call('POST', '/api/accounts', app.adminKey, { name, kind: 'sandbox' });
  return { id: String(id), key: String(apiKey) };
}

/** What no refused request may have changed. */
async function stored(): Promise<unknown> {
  return app.database.one(`
    SELECT (SELECT jsonb_agg(jsonb_build_array(id, name, kind, paused, linked_at IS NULL, settings, notice,
                     pairing_code IS NULL) ORDER BY id)
              FROM whatsapp_accounts) AS accounts,
           (SELECT jsonb_agg(jsonb_build_array(id, name, ends_at) ORDER BY id) FROM api_keys) AS keys,
           (SELECT count(*) FROM audit_log WHERE action NOT IN ('session.signed_in', 'session.sign_in_refused')) AS acts,
           (SELECT jsonb_agg(id ORDER BY id) FROM messages) AS messages,
           (SELECT jsonb_agg(jsonb_build_array(id, events, active, media, secret) ORDER BY id) FROM webhooks) AS webhooks,
           (SELECT count(*) FROM idempotency_keys) AS answers,
           (SELECT jsonb_agg(username) FROM admin) AS admins`);
}

function send({ method, path, headers, body, by }: MalformedRequest): Promise<RawReply> {
  const key = keys[by];
  return client.send({
    method,
    path,
    headers: { ...headers, ...(key === undefined ? {} : { 'x-api-key': key }) },
    ...(body === undefined ? {} : { body }),
  });
}

function routesIn({ paths }: OpenApiDocument): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** What is wrong with an answer; empty when nothing is. */
function faultsOf({ expects, field }: MalformedRequest, { status, headers, text }: RawReply): string[] {
  const faults: string[] = [];
  const must = (holds: boolean, sentence: string): void => void (holds || faults.push(sentence));
  must(expects.includes(status), `answers ${status} instead of ${expects.join(' or ')}`);
  must(isText(headers['x-request-id']), 'has no X-Request-Id');
  if (status < 400) return faults;
  must(/^application\/problem\+json\b/.test(String(headers['content-type'])), `is ${String(headers['content-type'])}`);
  let problem: Problem = {};
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    faults.push('is no JSON');
  }
  const { success, type, title, detail, code, requestId, errors } = problem;
  must(success === false, 'does not say success: false');
  must(isText(code) && type === `${document.servers[0]?.url}/errors#${String(code)}`, `has the type ${String(type)}`);
  must(isText(title) && isText(detail), 'has no title or no detail');
  must(problem.status === status, `says status ${String(problem.status)}`);
  must(requestId === headers['x-request-id'], 'says another requestId than its header');
  if (status !== 422) return faults;
  must(
    (errors ?? []).every((each) => isText(each.field) && isText(each.message)),
    'has an error without its sentence',
  );
  const named = (errors ?? []).map((each) => String(each.field));
  const isNamed = named.some((each) => each === field || each.startsWith(`${field}.`) || each.startsWith(`${field}[`));
  must(field === '' ? named.length > 0 : isNamed, `names ${named.join(', ').slice(0, 200)} instead of ${field}`);
  return faults;
}

/** A sentence about the answer to it, if that is wrong. */
async function wrongAnswerTo(malformed: MalformedRequest): Promise<string[]> {
  const asked = `${malformed.route} with ${malformed.what.slice(0, 100)}`;
  try {
    const reply = await send(malformed);
    const faults = faultsOf(malformed, reply);
    return faults.length === 0 ? [] : [`${asked} ${faults.join('; ')}: ${reply.text.slice(0, 300)}`];
  } catch (error) {
    return [`${asked} gets no answer: ${String(error)}`];
  }
}

/** Sends all, a few at a time, and returns a sentence for each answer that is wrong. */
async function wrongAnswersTo(all: readonly MalformedRequest[]): Promise<string[]> {
  const wrong: string[] = [];
  const waiting = [...all];
  async function sendWaiting(): Promise<void> {
    for (let each = waiting.shift(); each; each = waiting.shift()) wrong.push(...(await wrongAnswerTo(each)));
  }
  await Promise.all(Array.from({ length: underWay }, sendWaiting));
  return wrong;
}

beforeAll(async () => {
  app = await startWholeApp({
    log,
    env: {
      ADMIN_USERNAME: 'ada',
      ADMIN_PASSWORD: 'correct horse',
      RATE_LIMIT_PER_KEY: '1000000',
      RATE_LIMIT_PER_ADDRESS: '1000000',
      LOG_LEVEL: 'debug',
    },
  });
  client = createRawClient(app.address);
  const [owner, stranger] = [await newAccount('Owner'), await newAccount('Stranger')];
  await call('POST', `/api/accounts/${owner.id}/sandbox/scan`, owner.key);
  await call('POST', `/api/accounts/${stranger.id}/sandbox/scan`, stranger.key);
  const message = await call('POST', '/api/send?wait=true', owner.key, { to: '+9995550101', text: 'hello' });
  const file = await call('POST', '/api/send-media?wait=true', owner.key, {
    to: '+9995550101',
    media: { data: Buffer.from('hello').toString('base64') },
  });
  await call('POST', `/api/accounts/${owner.id}/sandbox/messages`, owner.key, { from: '+9995550101', text: 'hello' });
  const [contact] = (await call('GET', '/api/contacts', owner.key)) as unknown as { id: string }[];
  // Nobody answers there, so that the delivery waits.
  const hook = { url: 'http://webhooks.invalid/', events: ['message'] };
  const { id: webhook } = await call('POST', `/api/accounts/${owner.id}/webhooks`, owner.key, hook);
  await call('POST', `/api/accounts/${owner.id}/sandbox/messages`, owner.key, { from: '+9995550101', text: 'again' });
  const [delivery] = (await call('GET', `/api/webhooks/${String(webhook)}/deliveries`, owner.key)) as unknown as {
    id: string;
  }[];
  const adminKey = await call('POST', '/api/keys', app.adminKey, { name: 'Script' });
  keys = { admin: app.adminKey, owner: owner.key, stranger: stranger.key, nobody: undefined };
  examples = {
    account: owner.id,
    message: String(message['id']),
    contact: contact?.id ?? '',
    webhook: String(webhook),
    delivery: delivery?.id ?? '',
    url: hook.url,
    key: String(adminKey['id']),
    token: new URL((file['media'] as { url: string }).url).pathname.split('/').at(-1) ?? '',
    noAccount: 'acc_0000000000000000000000',
    noMessage: 'msg_0000000000000000000000',
    noContact: 'con_0000000000000000000000',
    noKey: 'key_0000000000000000000000',
    noWebhook: 'wh_00000000000000000000000000',
    noDelivery: 'dlv_00000000000000000000000000_1',
    wrongKey: newApiKey('test'),
    jid: '9995550101@s.whatsapp.net',
    group: '120363000000000001@g.us',
    to: '+9995550101',
    username: 'ada',
    password: 'correct horse',
    phone: '+9995550102',
    customer: '+9995550101',
  };
  const { text } = await client.send({ method: 'GET', path: '/api/openapi.json', headers: {} });
  document = JSON.parse(text) as OpenApiDocument;
});

afterAll(async () => {
  client.close();
  await app.stop();
});

describe('malformed requests', () => {
  test('are refused on every route with a problem that names the field, and change nothing', async () => {
    const before = await stored();
    const sent: Record<string, number> = {};
    const wrong: string[] = [];
    // One route after the other, because the large bodies of all would not fit into memory.
    for (const route of describedRoutes(document)) {
      const requests = malformedRequests(route, examples);
      sent[route.label] = requests.length;
      wrong.push(...(await wrongAnswersTo(requests)));
    }
    const counts = Object.values(sent);
    const total = counts.reduce((sum, count) => sum + count, 0);
    console.log(`${total} malformed requests to ${counts.length} routes`);
    expect(wrong).toEqual([]);
    expect(Object.keys(sent).sort()).toEqual(routesIn(document).sort());
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(await stored()).toEqual(before);
    expect(log.lines.filter(({ message }) => message === 'A request failed unexpectedly')).toEqual([]);
    const alive = await client.send({ method: 'GET', path: '/ping', headers: {} });
    expect(alive).toMatchObject({ status: 200, text: 'pong' });
  }, 300_000);

  test('are named as the caller wrote them where only the handler can tell', async () => {
    for (const name of ['to', 'number', 'phone', 'phoneNumber', 'chatId']) {
      const { status, text } = await client.send({
        method: 'POST',
        path: '/api/send',
        headers: { 'x-api-key': keys.owner ?? '', 'content-type': 'application/json' },
        body: JSON.stringify({ [name]: 'nobody', text: 'hello' }),
      });
      const { errors, detail } = JSON.parse(text) as Problem;
      expect({ status, errors, detail }).toEqual({
        status: 422,
        errors: [{ field: name, message: 'is not a phone number or chat address' }],
        detail: `${name} is not a phone number or chat address`,
      });
    }
  });
});
