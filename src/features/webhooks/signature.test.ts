import { expect, test } from 'vitest';
import { hubFault, type SignedRequest, standardFault } from '../../../test/doubles/webhook-signatures.ts';
import { newWebhookSecret, signatureHeaders } from './signature.ts';

const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestampSeconds = 1_614_265_330;
const body = '{"event":"messages.received","data":{"text":"Grüße aus Köln 🙂, \\"schön\\" hier"}}';

const now = new Date(timestampSeconds * 1000);

function signed(...secrets: [string, ...string[]]): SignedRequest {
  return received(signatureHeaders({ id, timestampSeconds, body, secrets }));
}

/** As a server gets it: the names of headers in small letters. */
function received(headers: Record<string, string>): SignedRequest {
  const small = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return { headers: Object.fromEntries(small), body: Buffer.from(body) };
}

const standardAccepts = (secret: string, request: SignedRequest): boolean =>
  standardFault(secret, request, now) === undefined;

/** In the header that GitHub sends, and in the one that older software reads. */
async function hubAccepts(secret: string, request: SignedRequest): Promise<boolean[]> {
  const names = ['x-hub-signature-256', 'x-hub-signature'] as const;
  return Promise.all(names.map(async (name) => (await hubFault(secret, request, name)) === undefined));
}

test('the published vector comes out', () => {
  const headers = signatureHeaders({
    id,
    timestampSeconds,
    body: '{"test": 2432232314}',
    secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  });
  expect(headers['webhook-id']).toBe(id);
  expect(headers['webhook-timestamp']).toBe('1614265330');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a new secret is the prefix and 32 bytes, each time others', () => {
  const secrets = Array.from({ length: 100 }, newWebhookSecret);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  }
  expect(new Set(secrets).size).toBe(100);
});

test('the official verifiers accept what is signed, text or bytes, and no other secret', async () => {
  const secret = newWebhookSecret();
  const delivery = signed(secret);
  expect(standardAccepts(secret, delivery)).toBe(true);
  expect(await hubAccepts(secret, delivery)).toEqual([true, true]);

  const fromBytes = signatureHeaders({ id, timestampSeconds, body: delivery.body, secrets: [secret] });
  expect(received(fromBytes)).toEqual(delivery);

  const other = newWebhookSecret();
  expect(standardAccepts(other, delivery)).toBe(false);
  expect(await hubAccepts(other, delivery)).toEqual([false, false]);
});

test('while a secret rotates, who knows either accepts; the other headers are of the newest', async () => {
  const [newest, older] = [newWebhookSecret(), newWebhookSecret()];
  const delivery = signed(newest, older);
  const values = delivery.headers['webhook-signature']?.split(' ') ?? [];
  expect(values).toEqual([signed(newest), signed(older)].map(({ headers }) => headers['webhook-signature']));
  expect(standardAccepts(newest, delivery)).toBe(true);
  expect(standardAccepts(older, delivery)).toBe(true);
  expect(await hubAccepts(newest, delivery)).toEqual([true, true]);
  expect(await hubAccepts(older, delivery)).toEqual([false, false]);
});

test('the official verifiers refuse 1,000 deliveries of which one bit is another', async () => {
  const secret = newWebhookSecret();
  const delivery = signed(secret);
  let seed = 7;
  const chance = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const flipped = (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes);
    const at = chance(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << chance(8));
    return copy;
  };
  const inHeader = (name: string): SignedRequest => {
    const value = flipped(Buffer.from(delivery.headers[name] ?? '', 'latin1')).toString('latin1');
    return { ...delivery, headers: { ...delivery.headers, [name]: value } };
  };

  for (let round = 0; round < 250; round += 1) {
    const otherBody = { ...delivery, body: flipped(delivery.body) };
    expect(standardAccepts(secret, otherBody)).toBe(false);
    expect(await hubAccepts(secret, otherBody)).toEqual([false, false]);
    expect(standardAccepts(secret, inHeader('webhook-id'))).toBe(false);
    expect(standardAccepts(secret, inHeader('webhook-timestamp'))).toBe(false);
    // What both verifiers read of the signatures, in turn.
    if (round % 2 === 0) expect(standardAccepts(secret, inHeader('webhook-signature'))).toBe(false);
    else if (round % 4 === 1) expect(await hubAccepts(secret, inHeader('x-hub-signature-256'))).toEqual([false, true]);
    else expect(await hubAccepts(secret, inHeader('x-hub-signature'))).toEqual([true, false]);
  }
});
