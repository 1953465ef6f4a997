import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newWebhookSecret, signatureHeaders } from '../../src/features/webhooks/signature.ts';
import { type Child, runChild } from '../doubles/child-process.ts';
import { folderInMemory } from '../doubles/memory-folder.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

const receivers = [
  { language: 'js', file: 'receiver.mjs', program: process.execPath },
  { language: 'python', file: 'receiver.py', program: 'python3' },
] as const;

const secret = newWebhookSecret();
let folder: string;
let app: RunningApp;
beforeAll(async () => {
  app = await startApp({ environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1' } });
  folder = await mkdtemp(join(folderInMemory(), 'receivers-'));
});
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true });
});

/** The only block of the README in that language. */
function blockIn(language: string): string {
  const blocks = readFileSync('README.md', 'utf8').split(`\`\`\`${language}\n`);
  expect(blocks).toHaveLength(2);
  return blocks[1]?.split('```')[0] ?? '';
}

type Receiver = (typeof receivers)[number];

async function runReceiver({ language, file, program }: Receiver, withSecret = secret): Promise<[Child, number]> {
  const path = join(folder, file);
  await writeFile(path, blockIn(language));
  const { PATH = '', HOME = '' } = process.env;
  const child = runChild(path, [], {
    program,
    env: { PATH, HOME, PORT: '0', WEBHOOK_SECRET: withSecret },
    keepErrors: true,
  });
  const said = await child.says('Listening on port ');
  return [child, Number(said.split(' ').at(-1))];
}

interface Json {
  id: string;
  secret: string;
  status: string;
  lastStatus: number;
}

interface Signing {
  secrets?: [string, ...string[]];
  ageSeconds?: number;
}

let deliveries = 0;
function newDelivery({ secrets = [secret], ageSeconds = 0 }: Signing = {}): {
  id: string;
  body: string;
  headers: Record<string, string>;
} {
  deliveries += 1;
  const id = `evt_${deliveries}`;
  const body = JSON.stringify({ id, event: 'messages.received', data: { text: 'Grüße 🙂' } });
  const timestampSeconds = Math.floor(Date.now() / 1000) - ageSeconds;
  return { id, body, headers: signatureHeaders({ id, timestampSeconds, body, secrets }) };
}

describe.each(receivers)('the receiver of the README in $language', (receiver) => {
  let child: Child;
  let port: number;
  beforeAll(async () => {
    [child, port] = await runReceiver(receiver);
  });
  afterAll(() => child.kill('SIGKILL'));

  async function post(body: string, headers: Record<string, string>): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers });
    await response.arrayBuffer();
    return response.status;
  }

  test('accepts what is signed with its secret, also beside another one while it rotates', async () => {
    for (const secrets of [[secret], [secret, newWebhookSecret()], [newWebhookSecret(), secret]] as const) {
      const { id, body, headers } = newDelivery({ secrets: [...secrets] });
      expect(await post(body, headers)).toBe(204);
      expect(await child.says(`messages.received ${id}`)).toBe(`messages.received ${id} Grüße 🙂`);
    }
    const { id, body, headers } = newDelivery({ ageSeconds: 290 });
    expect(await post(body, headers)).toBe(204);
    await child.says(`messages.received ${id}`);
  });

  test('refuses another secret, an old or a future time, and whatever was changed or left out', async () => {
    const before = child.lines.length;
    const good = newDelivery();
    const { headers } = good;
    const signature = headers['webhook-signature'] ?? '';
    const bad: [string, Record<string, string>][] = [
      ...[{ secrets: [newWebhookSecret()] as [string] }, { ageSeconds: 320 }, { ageSeconds: -320 }].map(
        (signing): [string, Record<string, string>] => {
          const delivery = newDelivery(signing);
          return [delivery.body, delivery.headers];
        },
      ),
      [good.body.replace('Grüße', 'Gruße'), headers],
      [`${good.body} `, headers],
      [good.body, { ...headers, 'webhook-id': 'evt_other' }],
      [good.body, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }],
      ...['NaN', '', 'Infinity', '²'].map((timestamp): [string, Record<string, string>] => [
        good.body,
        { ...headers, 'webhook-timestamp': timestamp },
      ]),
      ...[
        '',
        'v1',
        'v1,',
        'v1,é',
        signature.slice(0, -1),
        signature.replace('v1,', 'v2,'),
        signature.toLowerCase(),
      ].map((value): [string, Record<string, string>] => [good.body, { ...headers, 'webhook-signature': value }]),
      [good.body, {}],
    ];
    for (const [body, sent] of bad) expect([await post(body, sent), sent]).toEqual([401, sent]);
    expect(await post(good.body, headers)).toBe(204);
    await child.says(`messages.received ${good.id}`);
    expect(child.lines).toHaveLength(before + 1);
  });

  test('goes on after a request that ends in the middle', async () => {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) =>
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf', () => resolve()),
    );
    socket.destroy();
    const { body, headers } = newDelivery();
    expect(await post(body, headers)).toBe(204);
  });

  test('gets what this server delivers', async () => {
    const account = (await app.data('POST', '/api/accounts', { body: { name: 'Shop', kind: 'sandbox' } })) as Json;
    const body = { url: 'https://hooks.example/', events: ['session.status'], active: false };
    const webhook = (await app.data('POST', `/api/accounts/${account.id}/webhooks`, { body })) as Json;
    const [own, ownPort] = await runReceiver(receiver, webhook.secret);
    const change = { url: `http://127.0.0.1:${ownPort}/`, active: true };
    await app.data('PUT', `/api/webhooks/${webhook.id}`, { body: change });
    await app.data('POST', `/api/accounts/${account.id}/pause`);
    await own.says('session.status evt_');
    await waitFor(async () => {
      const deliveries = (await app.data('GET', `/api/webhooks/${webhook.id}/deliveries`)) as Json[];
      return deliveries.every(({ status, lastStatus }) => status === 'delivered' && lastStatus === 204);
    });
    await own.kill('SIGKILL');
  });

  test('is short, and needs nothing but what the language brings', () => {
    const lines = blockIn(receiver.language).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    const imports = lines.filter((line) => /\b(import|require)\b/.test(line));
    expect(imports.length).toBeGreaterThan(0);
    const known =
      receiver.language === 'js' ? /from 'node:[a-z]+';$/ : /^(import [a-z0-9, ]+|from http\.server import .*)$/;
    for (const line of imports) expect(line).toMatch(known);
  });
});
