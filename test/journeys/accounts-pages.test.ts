import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wordsOf } from '../doubles/rendered-view.ts';
import { signInVisitor, type Visitor } from '../doubles/visitor.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { startWholeApp, type WholeApp } from '../doubles/whole-app.ts';

const username = 'admin';
const password = 'a password of this test';

let app: WholeApp;
let visitor: Visitor;

beforeAll(async () => {
  app = await startWholeApp({ env: { ADMIN_USERNAME: username, ADMIN_PASSWORD: password } });
  visitor = await signInVisitor(app.address, username, password);
});
afterAll(() => app.stop());

/** Adds an account on the page for it; returns its id. */
async function added(fields: Record<string, string>): Promise<string> {
  await visitor.open('/accounts/new');
  const { status, location } = await visitor.send('/accounts/new', fields);
  expect(status).toBe(303);
  return /^\/accounts\/(acc_\w+)\/link/.exec(location ?? '')?.[1] ?? '';
}

async function linkedSandbox(name: string): Promise<string> {
  const id = await added({ way: 'sandbox', name });
  await visitor.open(`/accounts/${id}/link`);
  expect((await visitor.send(`/accounts/${id}/scan`, {})).location).toBe(`/accounts/${id}/link`);
  return id;
}

async function wordsAt(path: string): Promise<string> {
  return wordsOf((await visitor.open(path)).html);
}

test('the first account is one button away, shows its key once, its code, and who was linked', async () => {
  expect(await wordsAt('/accounts')).toContain('No accounts yet');
  const id = await added({ way: 'sandbox', name: 'My sandbox' });
  const first = await visitor.open(`/accounts/${id}/link`);
  expect(first.html).toMatch(/sk_test_\w+/);
  expect((await visitor.open(`/accounts/${id}/link`)).html).not.toMatch(/sk_test_\w{8}/);

  await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/linking`)).includes('Scan with the sandbox phone'));
  const scanned = await visitor.send(`/accounts/${id}/scan`, {}, { inBackground: true });
  expect(scanned.html).toMatch(/^<div id="linking-area"/);
  await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/linking`)).includes('Linked and connected'));
  await waitFor(async () => /My sandbox Sandbox \+999\d+ Connected/.test(await wordsAt(`/ui/accounts/${id}/row`)));
});

test('a suggested name that was left as it is does not stay with another kind', async () => {
  const id = await added({ way: 'qr', name: 'My sandbox 2', suggested: 'My sandbox 2' });
  expect(await wordsAt(`/accounts/${id}/link`)).toContain('Link My WhatsApp');
  await visitor.send(`/accounts/${id}/pause`, {});
});

test('a code to type is asked for by number, and a wrong number is named', async () => {
  const id = await added({ way: 'sandbox', name: 'By code' });
  await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/linking`)).includes('Scan this code'));
  await visitor.open(`/accounts/${id}/link?by=code`);
  const refused = await visitor.send(`/accounts/${id}/pairing-code`, { phone: '12' });
  expect(refused.status).toBe(422);
  const asked = await visitor.send(`/accounts/${id}/pairing-code`, { phone: '+999 555 0177' });
  expect(asked.location).toBe(`/accounts/${id}/link?by=code`);
  expect(await wordsAt(`/ui/accounts/${id}/linking?by=code`)).toMatch(
    /Type this code on \+9995550177 [0-9A-Z]{4}-[0-9A-Z]{4} It works until/,
  );
  await visitor.send(`/accounts/${id}/enter-code`, {});
  await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/linking?by=code`)).includes('Linked and connected'));
});

describe('an act on an account', () => {
  test('leads back to where the person was and says how to take it back', async () => {
    const id = await linkedSandbox('Acts');
    const back = '/accounts?text=Acts';
    await visitor.open(back);
    expect((await visitor.send(`/accounts/${id}/pause`, { back })).location).toBe(back);
    const { html } = await visitor.open(back);
    expect(wordsOf(html)).toContain('Paused Acts. It neither sends nor receives until it is resumed. Undo');
    expect(html).toMatch(new RegExp(`id="undo"[^>]*action="/accounts/${id}/resume"`));
    await visitor.send(`/accounts/${id}/resume`, { back });
    await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/row`)).includes('Connected since'));
  });

  test('follows no address of another server', async () => {
    const id = await added({ way: 'sandbox', name: 'Back' });
    await visitor.open('/accounts');
    for (const back of ['https://evil.example/', '//evil.example', String.raw`/\evil.example`]) {
      expect((await visitor.send(`/accounts/${id}/pause`, { back })).location).toBe(`/accounts/${id}`);
    }
  });

  test('that is refused says why where the person was', async () => {
    const id = await added({ way: 'sandbox', name: 'Refused' });
    await visitor.open('/accounts');
    await visitor.send(`/accounts/${id}/pause`, { back: '/accounts' });
    expect((await visitor.send(`/accounts/${id}/reconnect`, { back: '/accounts' })).location).toBe('/accounts');
    expect(await wordsAt('/accounts')).toContain('Account Refused is paused. Resume it first.');
  });

  test('that comes too late says that the account is gone', async () => {
    await visitor.open('/accounts');
    expect((await visitor.send('/accounts/acc_0000000000/pause', { back: '/accounts' })).location).toBe('/accounts');
    expect(await wordsAt('/accounts')).toContain('This account does not exist any more.');
    expect((await visitor.open('/ui/accounts/acc_0000000000/row')).status).toBe(204);
    expect(await wordsAt('/ui/accounts/acc_0000000000/linking')).toContain('Somebody has deleted this account.');
  });
});

test('a new name is asked for on a page of its own, and can be taken back', async () => {
  const id = await added({ way: 'sandbox', name: 'Old name' });
  const { html } = await visitor.open(`/accounts/${id}/rename?back=/accounts`);
  expect(html).toContain('data-dialog-content');
  expect((await visitor.send(`/accounts/${id}/rename`, { back: '/accounts' })).status).toBe(422);
  await visitor.send(`/accounts/${id}/rename`, { back: '/accounts', name: 'New <name>' });
  const list = await visitor.open('/accounts');
  expect(wordsOf(list.html)).toContain('Old name is now called New &lt;name>. Undo');
  await visitor.send(`/accounts/${id}/rename`, { back: '/accounts', name: 'Old name' });
  expect(await wordsAt(`/ui/accounts/${id}/row`)).toContain('Old name');
});

test('a phone is unlinked after the question, and linked again with its chats kept', async () => {
  const id = await linkedSandbox('Unlinked');
  expect(await wordsAt(`/accounts/${id}/unlink`)).toContain('Kept: the chats on this server');
  await visitor.send(`/accounts/${id}/unlink`, { back: '/accounts' });
  await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/row`)).includes('Link again'));
  expect(await wordsAt(`/ui/accounts/${id}/linking`)).toContain('Show a new code');
  await visitor.open(`/accounts/${id}/link`);
  await visitor.send(`/accounts/${id}/link`, { by: 'qr' });
  await waitFor(async () => (await wordsAt(`/ui/accounts/${id}/linking`)).includes('Scan this code'));
});

test('a delete wants the name as it is written', async () => {
  const id = await added({ way: 'sandbox', name: 'To delete' });
  await visitor.open(`/accounts/${id}/delete`);
  const refused = await visitor.send(`/accounts/${id}/delete`, { back: `/accounts/${id}`, name: 'to delete' });
  expect(refused.status).toBe(422);
  expect((await visitor.open(`/ui/accounts/${id}/row`)).status).toBe(200);
  const deleted = await visitor.send(`/accounts/${id}/delete`, { back: `/accounts/${id}`, name: ' To delete ' });
  expect(deleted.location).toBe('/accounts');
  expect(await wordsAt('/accounts')).toContain('Deleted To delete.');
  expect((await visitor.open(`/accounts/${id}/delete`)).status).toBe(404);
});

test('the list is searched by name, number, state and kind', async () => {
  await linkedSandbox('Findable');
  await waitFor(async () => (await wordsAt('/accounts?text=findable&state=connected')).includes('1 account'));
  expect(await wordsAt('/accounts?text=&state=&kind=')).toContain('Findable');
  expect(await wordsAt('/accounts?text=findable&kind=whatsapp')).toContain('Nothing found');
  expect(await wordsAt('/ui/accounts?text=%2B999')).toContain('Findable');
  expect((await visitor.open('/accounts?page=99')).status).toBe(200);
  expect((await visitor.open('/accounts?state=nonsense')).status).toBe(422);
});
