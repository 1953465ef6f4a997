import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appTimings } from '../../src/app.ts';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../doubles/simulator-process.ts';
import { waitFor } from '../doubles/wait-for.ts';

interface CodeJson {
  code: string;
  phone: string;
  expiresAt: string;
  revision: number;
}

function codesOf(server: Pick<RunningApp, 'call' | 'data'>) {
  const path = ({ id }: { id: string }): string => `/api/accounts/${id}/pairing-code`;
  return {
    ask: async (account: AccountJson, phone: string) =>
      (await server.data('POST', path(account), { key: account.apiKey, body: { phone } })) as CodeJson,
    refused: (account: { id: string }, body: unknown) => server.call('POST', path(account), { body }),
    type: (account: AccountJson, body: unknown) =>
      server.call('POST', `/api/accounts/${account.id}/sandbox/enter-code`, { key: account.apiKey, body }),
  };
}

describe('a sandbox account', () => {
  let app: RunningApp;
  let api: Api;
  let codes: ReturnType<typeof codesOf>;

  beforeAll(async () => {
    app = await startApp({ timings: { codeIntervalMs: 0 } });
    api = apiOf(app);
    codes = codesOf(app);
  });
  afterAll(() => app.stop());

  test('is linked by the code that its owner types on the virtual phone', async () => {
    const account = await api.createAccount('By code', 'sandbox');
    expect(await codes.type(account, {})).toMatchObject({ status: 409, body: { code: 'sandbox.no_code' } });
    const asked = await codes.ask(account, '+999 000 000 0001');
    expect(asked).toMatchObject({ phone: '+9990000000001', revision: 1 });
    expect(asked.code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(Date.parse(asked.expiresAt)).toBeGreaterThan(Date.now() + 60_000);
    expect(await api.account(account.id)).toMatchObject({
      status: 'qr_ready',
      statusMessage: 'Type the code on +9990000000001, or scan the QR code',
    });
    const sealed = await app.database.one<{ code: Buffer }>(
      'SELECT pairing_code AS code FROM whatsapp_accounts WHERE id = $1',
      [account.id],
    );
    expect(sealed?.code.toString('latin1')).not.toContain(asked.code);

    const wrong = await codes.type(account, { code: 'WRNG-C0DE' });
    expect(wrong).toMatchObject({ status: 409, body: { code: 'sandbox.wrong_code' } });
    const typed = await codes.type(account, {});
    expect(typed).toMatchObject({ status: 200, body: { data: { status: 'ready', phone: '+9990000000001' } } });
    expect(await codes.type(account, { code: asked.code })).toMatchObject({
      status: 409,
      body: { code: 'account.already_linked' },
    });
    const left = await app.database.one(
      'SELECT pairing_code, pairing_code_phone, pairing_code_expires_at FROM whatsapp_accounts WHERE id = $1',
      [account.id],
    );
    expect(Object.values(left ?? {})).toEqual([null, null, null]);
    await api.send(account, '+9995550101', 'linked by code', '?wait=true');
  });

  test('is linked by the scan too, after a code was asked for; the code to scan stays the same', async () => {
    const account = await api.createAccount('By scan', 'sandbox');
    const before = (await app.data('GET', `/api/accounts/${account.id}/qr`)) as { revision: number };
    await codes.ask(account, '+9990000000002');
    expect(await app.data('GET', `/api/accounts/${account.id}/qr`)).toEqual(before);
    const scanned = await app.data('POST', `/api/accounts/${account.id}/sandbox/scan`, { key: account.apiKey });
    expect(scanned).toMatchObject({ status: 'ready' });
  });

  test('takes the second of two codes only', async () => {
    const account = await api.createAccount('Twice', 'sandbox');
    const first = await codes.ask(account, '+9990000000003');
    const second = await codes.ask(account, '+9990000000003');
    expect([first.revision, second.revision]).toEqual([1, 2]);
    expect(await codes.type(account, { code: first.code })).toMatchObject({ body: { code: 'sandbox.wrong_code' } });
    expect((await codes.type(account, { code: second.code })).status).toBe(200);
  });

  test('says what stands in the way of a code', async () => {
    const account = await api.createAccount('Refused', 'sandbox');
    for (const phone of ['nobody', '0049 151 1', '+4915112345678', '120363000000000000@g.us']) {
      expect(await codes.refused(account, { phone })).toMatchObject({
        status: 422,
        body: { errors: [{ field: 'phone' }] },
      });
    }
    await app.data('POST', `/api/accounts/${account.id}/pause`);
    const phone = '+9990000000009';
    expect(await codes.refused(account, { phone })).toMatchObject({ status: 409, body: { code: 'account.paused' } });
    await app.data('POST', `/api/accounts/${account.id}/resume`);
    const stopped = await codes.refused(account, { phone });
    expect(stopped).toMatchObject({ status: 409, body: { code: 'account.not_pairing' } });
    expect((stopped.body as { detail: string }).detail).toContain(`/api/accounts/${account.id}/reconnect`);
    await app.data('POST', `/api/accounts/${account.id}/sandbox/scan`).catch(() => undefined);
    await app.data('POST', `/api/accounts/${account.id}/reconnect`);
    await app.data('POST', `/api/accounts/${account.id}/sandbox/scan`);
    expect(await codes.refused(account, { phone })).toMatchObject({
      status: 409,
      body: { code: 'account.already_linked' },
    });
    const real = await api.createAccount('Real', 'whatsapp');
    expect(await codes.refused(real, { phone })).toMatchObject({ status: 422, body: { errors: [{ field: 'phone' }] } });
    expect((await codes.refused({ id: 'acc_unknown' }, { phone })).status).toBe(404);
  });

  test('whose channel runs in another process is answered with 503, to be asked again', async () => {
    const id = 'acc_elsewhere';
    await app.database.execute(
      `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'sandbox', 'qr_ready', '')`,
      [id],
    );
    const moving = await codes.refused({ id }, { phone: '+9990000000009' });
    expect(moving).toMatchObject({ status: 503, body: { code: 'account.moving' } });
    expect(Number(moving.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the waits of a pairing', () => {
  test('a second code within a minute is refused with the wait', async () => {
    const app = await startApp();
    try {
      const account = await apiOf(app).createAccount('Impatient', 'sandbox');
      const codes = codesOf(app);
      const both = await Promise.all(
        ['+9990000000001', '+9990000000002'].map((phone) => codes.refused(account, { phone })),
      );
      const tooSoon = both.find(({ status }) => status === 429);
      expect(both.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 429]);
      expect(tooSoon).toMatchObject({ body: { code: 'account.code_too_soon' } });
      expect(Number(tooSoon?.headers.get('retry-after'))).toBeGreaterThan(50);
    } finally {
      await app.stop();
    }
  });

  test('a code that would soon be over comes with a new pairing; after six codes it stops and says why', async () => {
    const channel = { ...appTimings.channel, qrLifeMs: 800 };
    const app = await startApp({ timings: { leastCodeLifeMs: 4_500, channel } });
    try {
      const api = apiOf(app);
      const account = await api.createAccount('Slow', 'sandbox');
      await waitFor(async () => {
        const { attempt } = (await app.data('GET', `/api/accounts/${account.id}/qr`)) as { attempt: number };
        return attempt > 1;
      });
      const asked = await codesOf(app).ask(account, '+9990000000001');
      expect(Date.parse(asked.expiresAt)).toBeGreaterThan(Date.now() + 2_000);
      const stopped = await api.becomes(account.id, 'disconnected');
      expect(stopped).toMatchObject({
        statusReason: 'qr_timeout',
        statusMessage: 'Paused to protect your number. Show a new code',
        nextStep: 'show_code',
      });
      expect(await codesOf(app).type(account, {})).toMatchObject({ body: { code: 'sandbox.no_code' } });
    } finally {
      await app.stop();
    }
  });
});

describe('an account of kind whatsapp, on a network in another process', () => {
  let folder: string;
  let network: SimulatorProcess;
  let server: ServerProcess;

  beforeAll(async () => {
    folder = await newDataFolder();
    network = await startSimulatorProcess();
    server = await startServerProcess({ DATA_DIR: join(folder, 'data'), ...environmentOf(network) });
  });
  afterAll(async () => {
    await server.kill('SIGKILL');
    await network.stop();
    await removeDataFolder(folder);
  });

  test('is linked by a script and the code alone', async () => {
    const api = apiOf(server);
    const account = await api.createAccount('By script', 'whatsapp', { pacing: { preset: 'unpaced' } });
    const { code, phone } = await codesOf(server).ask(account, '+9990000000001');
    await network.control.phone(phone.slice(1)).enterCode(code);
    expect(await api.becomes(account.id, 'ready')).toMatchObject({ phone });
    await api.send(account, '+9990000000002', 'linked by code', '?wait=true');
    await network.control.phone('9990000000002').receives('linked by code');
    expect((await network.control.counters()).unknownQueries).toEqual([]);
  });
});
