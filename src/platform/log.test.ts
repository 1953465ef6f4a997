import { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { AppError } from './errors.ts';
import { createLog, withRequestId, type Log, type LogLevel } from './log.ts';

function recorded(options: { json: boolean; level?: LogLevel }): { log: Log; output: () => string } {
  let output = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      output += chunk.toString();
      done();
    },
  });
  return { log: createLog({ level: 'debug', ...options, stream }), output: () => output };
}

test('a line is one JSON object with time, level, message and context', () => {
  const { log, output } = recorded({ json: true });
  log.child({ accountId: 'acc_1' }).info('Account started', { attempt: 2, level: 'x', message: 'y' });
  expect(output().trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(output())).toMatchObject({
    level: 'info',
    message: 'Account started',
    accountId: 'acc_1',
    attempt: 2,
    'context.level': 'x',
    'context.message': 'y',
  });
});

test('lines under the level are not written', () => {
  const { log, output } = recorded({ json: true, level: 'warn' });
  log.info('quiet');
  log.warn('loud');
  expect(output()).toContain('loud');
  expect(output()).not.toContain('quiet');
});

test('an error keeps its code, message, stack and cause', () => {
  const { log, output } = recorded({ json: true });
  log.error('Delivery failed', {
    error: new AppError('delivery.failed', { detail: 'No answer', cause: new Error('socket hang up') }),
  });
  expect(JSON.parse(output())).toMatchObject({
    error: {
      name: 'AppError',
      code: 'delivery.failed',
      message: 'No answer',
      stack: expect.stringContaining('log.test.ts') as string,
      cause: { message: 'socket hang up' },
    },
  });
});

test('every line inside a request carries its id, also after a wait', async () => {
  const { log, output } = recorded({ json: true });
  await Promise.all(
    ['req_a', 'req_b'].map((id) =>
      withRequestId(id, async () => {
        await pause(1);
        log.info('inside', { expected: id });
      }),
    ),
  );
  log.info('outside');
  const lines = output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { requestId?: string; expected?: string });
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line.requestId).toBe(line.expected);
});

test('the form for people is one line, whatever the values contain', () => {
  const { log, output } = recorded({ json: false });
  log.info('Account started\nFAKE', { accountId: 'acc_1', reason: 'two\nlines' });
  expect(output().trim().split('\n')).toHaveLength(1);
  expect(output()).toContain('INFO  Account started FAKE accountId=acc_1 reason="two\\nlines"');
});

const canary = 'CANARYa1b2c3d4e5f6';
const circular: Record<string, unknown> = { name: 'loop' };
circular['self'] = circular;
const hiding: Record<string, unknown>[] = [
  { headers: { authorization: canary, Cookie: canary, 'set-cookie': [canary], 'X-API-Key': canary, apikey: canary } },
  {
    apiKey: canary,
    api_key: canary,
    token: canary,
    accessToken: canary,
    session_secret: canary,
    adminPassword: canary,
  },
  { creds: { noiseKey: { private: canary } }, keys: [canary], keyPair: canary, signedPreKey: canary, mediaKey: canary },
  { message: { text: canary, body: canary, caption: canary, conversation: canary } },
  { state: { kind: 'pairing', qr: canary }, pairingCode: canary, systemPrompt: canary },
  { url: `https://host/path?api_key=${canary}&x=1`, other: `https://user:${canary}@host/` },
  { note: `key sk_live_${canary} and sk_test_${canary}`, list: [[`sk_admin_${canary}`]], [`sk_live_${canary}`]: 1 },
  { database: `postgresql://app:${canary}@db:5432/x`, odd: `postgres://app:p@ss/${canary}@db/x` },
  { error: new Error(`connect postgres://app:${canary}@db failed`, { cause: new Error(`Bearer ${canary}`) }) },
  { error: Object.assign(new Error('duplicate key'), { detail: `Key (text)=(${canary})`, parameters: [canary] }) },
  { errors: new AggregateError([new Error(`whsec_${canary}`)], `sk-${canary}12345`) },
  { bytes: Buffer.from(canary), view: new Uint8Array(Buffer.from(canary)), map: new Map([['token', canary]]) },
  { deep: { a: { b: { c: { d: { e: { token: canary } } } } } }, circular: { ...circular, password: canary } },
];

test.each([true, false])('no canary reaches the log (json: %s)', (json) => {
  const { log, output } = recorded({ json });
  for (const context of hiding) {
    log.info('Static sentence', context);
    log.child(context).error(`With sk_live_${canary} in the sentence`);
  }
  const lines = output().trim().split('\n');
  expect(lines).toHaveLength(hiding.length * 2);
  expect(output()).not.toContain(canary);
  expect(output()).not.toContain(Buffer.from(canary).toString('base64'));
});

test('what is no secret stays readable', () => {
  const { log, output } = recorded({ json: true });
  log.info('Tokens counted', { tokens: 12, keyId: 'key_1', hasApiKey: true, jid: '999@s.whatsapp.net', token: null });
  expect(JSON.parse(output())).toMatchObject({ tokens: 12, keyId: 'key_1', hasApiKey: true, token: null });
});
