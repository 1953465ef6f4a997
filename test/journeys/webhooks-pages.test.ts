import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountJson } from '../doubles/api.ts';
import { type DashboardServer, startDashboard, talkingSandbox } from '../doubles/dashboard-server.ts';
import { isLive, layoutFaults } from '../doubles/page-checks.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useChromium } from '../doubles/watched-chromium.ts';
import { useWebhookReceiver } from '../doubles/watched-webhook-receiver.ts';

const browser = useChromium();
const receiver = useWebhookReceiver();
let server: DashboardServer;
let shop: AccountJson;
/** Of somebody who has signed in. */
let tab: Tab;

beforeAll(async () => {
  server = await startDashboard({
    environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1', DEFAULT_TIMEZONE: 'Asia/Jakarta' },
  });
  shop = await talkingSandbox(server, 'Shop');
  tab = (await browser.keep(server.address, { cookies: server.person.cookies })).page;
});
afterAll(() => server.stop());

async function visit(path: string): Promise<void> {
  await tab.goto(path);
  await isLive(tab);
}

async function customerWrites(text: string, account = shop): Promise<void> {
  const body = { from: '+999 555 0101', text };
  await server.data('POST', `/api/accounts/${account.id}/sandbox/messages`, { body });
}

async function made(url: string, body: object = {}, account = shop): Promise<{ id: string; secret: string }> {
  const path = `/api/accounts/${account.id}/webhooks`;
  return (await server.data('POST', path, { body: { url, ...body } })) as { id: string; secret: string };
}

async function stored(id: string): Promise<Record<string, unknown>> {
  return (await server.data('GET', `/api/webhooks/${id}`)) as Record<string, unknown>;
}

/** As a browser without script does: the form's page, then the form. */
async function send(page: string, path: string, fields: Record<string, string>) {
  await server.person.open(page);
  const { status, headers, text } = await server.person.submit(path, fields);
  return { status, to: headers.get('location'), html: text };
}

async function htmlOf(path: string): Promise<string> {
  return (await server.person.open(path)).text;
}

/** Of the settings that a form of this page began with. */
function tagIn(html: string): string {
  return /name="tag" value="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? '';
}

async function wordsAt(path: string): Promise<string> {
  return wordsOf(await htmlOf(path));
}

test('the list of all has its button and its choice of accounts as soon as there is a webhook, and not twice before', async () => {
  await visit('/webhooks');
  await tab.getByText('No webhooks yet').waitFor();
  await isLive(tab);
  const add = tab.getByRole('link', { name: 'Add webhook' });
  const choice = tab.getByLabel('Account', { exact: true });
  expect([await add.count(), await choice.isVisible()]).toEqual([1, false]);
  const { id } = await made('https://first.example.org/', { active: false });
  await choice.waitFor();
  expect(await add.count()).toBe(1);
  await server.data('DELETE', `/api/webhooks/${id}`);
  await tab.getByText('No webhooks yet').waitFor();
  expect([await add.count(), await choice.isVisible()]).toEqual([1, false]);
  await visit(`/webhooks?account=${shop.id}`);
  await tab.getByText('This account has no webhook').waitFor();
  expect([await add.count(), await choice.isVisible()]).toEqual([1, true]);
});

test('a webhook that was added by its form gets what a customer writes, and the page shows it at once', async () => {
  const endpoint = receiver.endpoint('/by-form');
  await visit('/webhooks');
  await tab.getByText('No webhooks yet').waitFor();
  await tab.keyboard.press('n');
  await tab.getByLabel('URL').fill(endpoint.url);
  await tab.setViewportSize({ width: 390, height: 900 });
  await tab.getByText('Sample', { exact: false }).first().click();
  await tab.getByRole('group', { name: 'A delivery of message', exact: true }).waitFor();
  expect(await layoutFaults(tab)).toEqual([]);
  const group = tab.getByRole('group', { name: 'Messages that were sent' });
  const all = group.getByLabel('All of Messages that were sent');
  await group.getByRole('checkbox', { name: 'message.sent' }).focus();
  await tab.keyboard.press('Space');
  await tab.getByText('2 of 26', { exact: true }).waitFor();
  await group.locator('[data-checklist-all]:indeterminate').waitFor();
  await all.check();
  await tab.getByText('4 of 26', { exact: true }).waitFor();
  await tab.getByLabel('Name of header 1').fill('Authorization');
  await tab.locator('#new-webhook-headerValue0').fill('Bearer of the shop');
  await tab.getByText('Show as curl').click();
  const call = tab.locator('#new-webhook-curl');
  expect(await call.textContent()).toContain(
    `"url":"${endpoint.url}","events":["messages.received","message.status","message.sent","message-receipt.update"]`,
  );
  await tab.getByRole('button', { name: 'Add webhook' }).click();

  const shown = tab.locator('#webhook-secret');
  endpoint.verifyWith([(await shown.textContent()) ?? '']);
  await tab.getByText('No deliveries yet').waitFor();
  await isLive(tab);
  await customerWrites('Do you have tulips?');
  const entry = tab.getByRole('listitem').filter({ hasText: 'messages.received' });
  await entry.getByText('Delivered', { exact: true }).waitFor();
  const [delivery] = await endpoint.waitFor(1);
  expect(delivery?.headers['authorization']).toBe('Bearer of the shop');
  // Once only.
  await tab.reload();
  expect(await shown.count()).toBe(0);

  await entry.getByRole('link').click();
  await tab.getByText('The endpoint answered 200.').waitFor();
  const body = await tab.locator('#body').getAttribute('data-copy-text');
  expect(body).toBe(delivery?.body.toString());
  await tab.getByRole('button', { name: 'Resend' }).click();
  await tab.getByText('2 attempts, sent again by somebody').waitFor();
  const again = await endpoint.waitFor(2);
  expect(again[1]?.body).toEqual(delivery?.body);
});

test('an endpoint that fails is said to be failing where all webhooks stand, and a test shows what it answers', async () => {
  const endpoint = receiver.endpoint('/fails', {
    status: 500,
    body: 'out of order',
    headers: { 'X-Reason': 'holiday' },
  });
  const { id } = await made(endpoint.url);
  await visit(`/webhooks?account=${shop.id}`);
  const row = tab.locator(`#row-${id}`);
  await row.getByText('Healthy').waitFor();
  for (const text of ['One', 'Two', 'Three']) await customerWrites(text);
  await row.getByText('Failing').waitFor();
  await row.getByText(/The last \d attempts failed\./).waitFor();
  expect(wordsOf(await row.innerHTML())).toMatch(
    /^127\.0\.0\.1:\d+ Shop Sandbox Failing .*Waiting 3 Dead 0 Last success Never$/,
  );

  await row.getByRole('link').click();
  await tab.getByRole('link', { name: 'Test', exact: true }).click();
  await tab.getByLabel('Event', { exact: true }).selectOption('messages.reaction');
  await tab.getByRole('button', { name: 'Send test' }).click();
  const result = tab.getByRole('region', { name: 'What came back' });
  await result.getByText('The endpoint answered 500.').waitFor();
  await result.getByText('out of order').waitFor();
  await result.getByText('x-reason: holiday').waitFor();
  expect(endpoint.deliveries.at(-1)?.headers['x-webhook-event']).toBe('messages.reaction');
  const sent = JSON.parse(String(endpoint.deliveries.at(-1)?.body)) as object;
  expect(sent).toMatchObject({ event: 'messages.reaction', accountId: shop.id, sequence: 0 });
  await tab.getByText('What was sent').click();
  await result.getByText('"event":"messages.reaction"').waitFor();
});

test("the account's menu leads to its webhooks: none yet, then what is added, fails and is deleted, at once", async () => {
  const kiosk = await talkingSandbox(server, 'Kiosk');
  const endpoint = receiver.endpoint('/of-the-kiosk', 500);
  await made('https://of-the-shop.example.org/', { active: false });
  await visit(`/accounts/${kiosk.id}`);
  await tab.locator('#account-header summary').click();
  await tab.locator('#account-header').getByRole('link', { name: 'Webhooks' }).click();
  await tab.getByRole('heading', { name: 'This account has no webhook' }).waitFor();
  await isLive(tab);

  const { id } = await made(endpoint.url, {}, kiosk);
  const list = tab.locator('#account-webhooks');
  const row = list.locator(`#row-${id}`);
  await row.getByText('Healthy').waitFor();
  expect(await list.getByRole('rowheader').allTextContents()).toEqual([new URL(endpoint.url).host]);
  for (const text of ['One', 'Two', 'Three']) await customerWrites(text, kiosk);
  await row.getByText('Failing').waitFor();
  expect(wordsOf(await row.innerHTML())).toMatch(/^127\.0\.0\.1:\d+ Failing .*Waiting 3 Dead 0 Last success Never$/);

  await tab.keyboard.press('n');
  await tab.getByRole('heading', { name: 'Add webhook' }).waitFor();
  expect(await tab.getByLabel('Account', { exact: true }).inputValue()).toBe(kiosk.id);
  await tab.goBack();
  await isLive(tab);
  await server.data('DELETE', `/api/webhooks/${id}`);
  await list.getByText('This account has no webhook').waitFor();
  await server.data('DELETE', `/api/accounts/${kiosk.id}`);
  await tab.getByText('This account is gone').waitFor();
  await list.waitFor({ state: 'hidden' });
});

test('who may not see the webhooks sees none on the page of an account either', async () => {
  for (const path of ['/webhooks', `/accounts/${shop.id}/webhooks`]) {
    const answer = await fetch(`${server.address}${path}`, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/login/);
    expect((await fetch(`${server.address}/ui${path}`)).status).toBe(401);
  }
});

describe('the form of a new webhook', () => {
  const fields = {
    media: 'link',
    timeoutSeconds: '15',
    'events.message': 'true',
    headerName0: 'X-Key',
    headerValue0: 'k',
  };
  const add = (different: Record<string, string>) =>
    send('/webhooks/new', '/webhooks/new', { ...fields, accountId: shop.id, ...different });

  test('refuses a private address beside its field, names the variable that allows it, and keeps what was typed', async () => {
    const { status, html } = await add({ url: 'http://10.0.0.1/hook' });
    expect(status).toBe(422);
    const error = /<p class="field-error" id="new-webhook-url-error">.*?<\/p>/.exec(html)?.[0] ?? '';
    expect(wordsOf(error)).toMatch(/^URL is refused: 10\.0\.0\.1 is on a private, .*add it to OUTBOUND_ALLOW_HOSTS\.$/);
    for (const value of ['http://10.0.0.1/hook', 'X-Key', 'k']) expect(html).toContain(`value="${value}"`);
    expect(html).toMatch(/name="events\.message" value="true" checked/);
    expect(html).not.toMatch(/name="events\.messages\.received" value="true" checked/);
  });

  test.each([
    ['no address', { url: '' }, 'URL is required.'],
    ['no event', { 'events.message': '' }, 'Events must have at least one that is ticked.'],
    ['a header of ours', { headerName0: 'Webhook-Id' }, 'Name of header 1 is set by this server.'],
    ['a header twice', { headerName1: 'X-Key', headerValue1: 'l' }, 'Name of header 2 is given twice.'],
    ['a header without its value', { headerName1: 'X-Other' }, 'Value of header 2 is required.'],
    ['a time-out that is too long', { timeoutSeconds: '31' }, 'Time-out must be at most 30.'],
    ['an account that is gone', { accountId: 'acc_gone' }, 'There is no such account'],
  ])('refuses %s', async (_what, different, sentence) => {
    const { status, html } = await add({ url: 'https://hooks.example.org/', ...different });
    expect([422, 404]).toContain(status);
    expect(wordsOf(html)).toContain(sentence);
  });
});

describe('the settings of a webhook', () => {
  test('change what was changed, keep the values of headers that nobody typed anew, and do not overwrite others', async () => {
    const headers = { 'X-Kept': 'kept', 'X-Gone': 'gone' };
    const { id } = await made('https://hooks.example.org/first', { headers, active: false });
    const page = `/webhooks/${id}/settings`;
    const html = await htmlOf(page);
    expect(html).toContain('value="X-Kept"');
    expect(html).not.toContain('value="kept"');
    const typed = {
      tag: tagIn(html),
      url: ' https://hooks.example.org/second ',
      media: 'none',
      timeoutSeconds: '7',
      maxInFlight: '2',
      headerName0: 'X-Kept',
      headerName1: 'X-New',
      headerValue1: 'new',
    };
    expect(await send(page, page, typed)).toMatchObject({ status: 303, to: page });
    expect(await stored(id)).toMatchObject({
      url: 'https://hooks.example.org/second',
      media: 'none',
      timeoutSeconds: 7,
      maxInFlight: 2,
      headers: { 'X-Kept': 'kept', 'X-New': 'new' },
    });
    const stale = await send(page, page, { ...typed, timeoutSeconds: '9' });
    expect(stale.status).toBe(412);
    expect(wordsOf(stale.html)).toContain('Nothing was saved: somebody else has changed this webhook');
    expect(stale.html).toContain('value="9"');
  });

  test('a new secret is shown once, on the page after', async () => {
    const { id, secret } = await made('https://hooks.example.org/', { active: false });
    const page = `/webhooks/${id}/settings`;
    expect(await wordsAt(page)).not.toContain('whsec_');
    const dialog = `/webhooks/${id}/rotate-secret`;
    expect(await send(dialog, dialog, { overlap: 'day' })).toMatchObject({ status: 303, to: page });
    const words = await wordsAt(page);
    expect(words).toContain('For 24 hours both are signed with.');
    expect(/whsec_[\w+/]{43}=/.exec(words)?.[0]).not.toBe(secret);
    expect(words).toMatch(/whsec_[\w+/]{43}=/);
    expect(await wordsAt(page)).not.toMatch(/whsec_[\w+/]{43}/);
  });

  test('it is deleted once its host is typed, and then its page and its parts say that it is gone', async () => {
    const { id } = await made('https://to-delete.example.org/', { active: false });
    const dialog = `/webhooks/${id}/delete`;
    const refused = await send(dialog, dialog, { host: 'another.example.org' });
    expect(refused.status).toBe(422);
    expect(wordsOf(refused.html)).toContain('The host must be “to-delete.example.org”, as it is written.');
    expect(await send(dialog, dialog, { host: 'to-delete.example.org' })).toMatchObject({
      status: 303,
      to: '/webhooks',
    });
    expect(await wordsAt(`/ui/webhooks/${id}/header`)).toContain('This webhook is gone');
    expect((await server.person.open(`/webhooks/${id}`)).status).toBe(404);
    expect((await send('/webhooks', `/webhooks/${id}/pause`, {})).to).toBe('/webhooks');
  });

  test('its events are those that are ticked, and one at least', async () => {
    const { id } = await made('https://hooks.example.org/', { active: false, events: ['message', 'ping'] });
    const page = `/webhooks/${id}/events`;
    const html = await htmlOf(page);
    expect(wordsOf(html)).toContain('Events 1 of 26');
    expect(wordsOf(html)).toContain('presence A person came online, went away, types or records. Sample of presence {');
    expect((await send(page, page, { tag: tagIn(html) })).status).toBe(303);
    expect((await stored(id))['events']).toEqual(['ping']);
  });
});

test('what was given up is counted by its reason, needs a person, and is sent again once that person repaired it', async () => {
  const endpoint = receiver.endpoint('/gone', 410);
  const { id } = await made(endpoint.url);
  const page = `/webhooks/${id}`;
  await customerWrites('Is anybody there?');
  await waitFor(async () => (await stored(id))['health'] === 'paused');
  expect(await wordsAt(`${page}?status=dead`)).toMatch(
    /Paused Paused, because the endpoint answered 410 Gone\..*Why they were given up The endpoint answered 410: it is gone\. 1 /,
  );
  const overview = await htmlOf('/');
  expect(overview).toContain(`class="need-name" href="${page}"`);
  expect(wordsOf(overview)).toContain('A webhook was paused: its endpoint answered 410 Gone.');
  expect(wordsOf(overview)).toMatch(/Webhook success \d+ % in 24 h/);

  const recover = `${page}/recover`;
  const paused = await send(recover, recover, {});
  expect(paused.status).toBe(409);
  expect(wordsOf(paused.html)).toContain('This webhook is paused.');
  endpoint.answer(200);
  expect(await send(page, `${page}/resume`, {})).toMatchObject({ status: 303, to: page });
  expect((await send(recover, recover, { from: '2026-01-02T03:04', to: '2026-01-01T00:00' })).status).toBe(422);
  expect(await send(recover, recover, { to: '2020-01-01T00:00' })).toMatchObject({ status: 303 });
  expect(await wordsAt(page)).toContain('Nothing was given up within this time.');
  expect(await send(recover, recover, {})).toMatchObject({ status: 303, to: page });
  await endpoint.waitFor(2);
  await waitFor(async () => (await wordsAt(`${page}?status=delivered`)).includes('The endpoint answered 200.'));
  expect(wordsOf(await htmlOf('/'))).not.toContain('A webhook was paused');
});

test('everything of a time is sent again, by the clock of the zone', async () => {
  const endpoint = receiver.endpoint('/replayed');
  const { id } = await made(endpoint.url);
  await customerWrites('Once more');
  await endpoint.waitFor(1);
  const replay = `/webhooks/${id}/replay`;
  const [from = '', to = ''] = Array.from(
    (await htmlOf(replay)).matchAll(/type="datetime-local" value="([^"]*)"/g),
    ([, at]) => at,
  );
  // An hour up to now, as a clock in Jakarta shows it.
  expect(Math.abs(Date.parse(`${to}+07:00`) - Date.now())).toBeLessThan(10 * 60_000);
  await waitFor(async () => (await stored(id))['waiting'] === 0);
  expect(await send(replay, replay, { from, to })).toMatchObject({ status: 303, to: `/webhooks/${id}` });
  // With what had happened before there was a webhook.
  const found = await endpoint.waitFor(3);
  const first = found[0]?.headers['webhook-id'];
  await waitFor(() => endpoint.deliveries.filter(({ headers }) => headers['webhook-id'] === first).length === 2);
});
