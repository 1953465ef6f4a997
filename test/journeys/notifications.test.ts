import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import type { Browser } from '../doubles/browser.ts';
import { signIn } from '../doubles/person.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

let app: RunningApp;
let api: Api;
let browser: Browser;

beforeAll(async () => {
  app = await startApp({ admin: true });
  api = apiOf(app);
  browser = await signIn(app.address);
});
afterAll(() => app.stop());

async function linked(name: string): Promise<AccountJson> {
  const account = await api.createAccount(name, 'sandbox');
  await act(account, 'sandbox/scan');
  return account;
}

function act({ id }: { id: string }, path: string): Promise<unknown> {
  return app.data('POST', `/api/accounts/${id}/${path}`);
}

function unreadOf({ id }: { id: string }): Promise<object[]> {
  return app.database.rows(
    'SELECT kind, sentence, path FROM notifications WHERE account_id = $1 AND read_at IS NULL ORDER BY kind',
    [id],
  );
}

test('an account that is logged out on its phone tells so until it is linked again', async () => {
  const account = await linked('Shop');
  expect(await unreadOf(account)).toEqual([]);
  await act(account, 'sandbox/log-out');
  const { statusMessage } = await api.becomes(account.id, 'auth_failed');
  expect(await unreadOf(account)).toEqual([
    { kind: 'account.logged_out', sentence: statusMessage, path: `/accounts/${account.id}` },
  ]);

  await act(account, 'reconnect');
  await act(account, 'sandbox/scan');
  expect(await unreadOf(account)).toEqual([]);
});

test('nobody is told of what a person did: pausing and unlinking', async () => {
  const account = await linked('Quiet');
  await act(account, 'pause');
  await act(account, 'resume');
  await api.becomes(account.id, 'ready');
  await act(account, 'logout');
  await api.becomes(account.id, 'auth_failed');
  expect(await unreadOf(account)).toEqual([]);
});

test('the overview tells of it, once, until a person puts it away', async () => {
  const account = await linked('Office');
  const needsYou = async (): Promise<string> => wordsOf((await browser.call('GET', '/ui/overview/needs-you')).text);
  await act(account, 'sandbox/log-out');
  const { statusMessage } = await api.becomes(account.id, 'auth_failed');
  // The account's own line says it, and what to do.
  expect((await needsYou()).split(statusMessage)).toHaveLength(2);
  expect(await needsYou()).not.toContain('Mark as read');

  await act(account, 'pause');
  expect(await needsYou()).toContain(`Office ${statusMessage} · just now Mark as read ( Office )`);
  const row = await app.database.one<{ id: string }>('SELECT id FROM notifications WHERE account_id = $1', [
    account.id,
  ]);
  const answer = await browser.call('POST', `/notifications/${row?.id}/read`, { form: {} });
  expect({ status: answer.status, to: answer.headers.get('location') }).toEqual({ status: 303, to: '/' });
  expect(await needsYou()).not.toContain('Office');
  expect(await unreadOf(account)).toEqual([]);
});
