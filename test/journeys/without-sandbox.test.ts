import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiOf } from '../doubles/api.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp({ environment: { SANDBOX: 'false' } });
});
afterAll(() => app.stop());

test('with SANDBOX=false no sandbox account is made, and one that is there does not run and says why', async () => {
  const body = { name: 'Demo', kind: 'sandbox' };
  expect(await app.call('POST', '/api/accounts', { body })).toMatchObject({
    status: 409,
    body: { code: 'sandbox.off' },
  });
  expect(await app.data('GET', '/api/accounts')).toEqual([]);

  await app.database.execute(
    `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message, linked_at)
     VALUES ('acc_earlier', 'Earlier', 'sandbox', 'ready', 'Connected', now())`,
  );
  expect(await apiOf(app).becomes('acc_earlier', 'error')).toMatchObject({ statusReason: 'sandbox.off' });
  expect((await app.call('POST', '/api/accounts/acc_earlier/reconnect')).status).toBe(409);
});
