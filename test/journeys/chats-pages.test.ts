import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatOf, chatStage, customer, jidOf } from '../doubles/chat-pages.ts';
import { type DashboardServer, startDashboard } from '../doubles/dashboard-server.ts';
import { isLive } from '../doubles/page-checks.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const group = '120363000000000001@g.us';
const browser = useChromium();
let server: DashboardServer;
let tab: Tab;
const { linked, writes, htmlOf } = chatStage(() => server);

beforeAll(async () => {
  server = await startDashboard();
  tab = (await browser.keep(server.address, { cookies: server.person.cookies })).page;
});
afterAll(() => server.stop());

let lastStored = 0;

/** A message as it stands in the database, an incoming text of the usual customer but for what is given. */
async function stored({ id }: { id: string }, different: Record<string, unknown> = {}): Promise<string> {
  lastStored += 1;
  const message = {
    id: `msg_stored${lastStored}`,
    account_id: id,
    direction: 'incoming',
    origin: 'contact',
    remote_id: `STORED${lastStored}`,
    chat_jid: jidOf(customer),
    chat_type: 'personal',
    from_jid: jidOf(customer),
    from_phone: customer,
    from_name: 'Ana',
    type: 'text',
    text: `Stored ${lastStored}`,
    status: 'received',
    ...different,
  };
  const columns = Object.keys(message);
  await server.database.execute(
    `INSERT INTO messages (${columns.join(', ')}) VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(message),
  );
  return message.id;
}

async function open(path: string): Promise<void> {
  await tab.goto(path);
  await isLive(tab);
}

describe('The list of chats', () => {
  test('has one line for each, the newest first, with what is new and what kind it is', async () => {
    const account = await server.api.createAccount('Lists', 'sandbox');
    await stored(account, { text: 'First question' });
    await stored(account, { direction: 'outgoing', origin: 'inbox', status: 'read', text: 'An answer' });
    await stored(account, { text: 'Second question' });
    await stored(account, { direction: 'outgoing', origin: 'api', status: 'sent', text: 'Sent by a program' });
    await stored(account, {
      chat_jid: group,
      chat_type: 'group',
      from_name: 'Ben',
      type: 'poll',
      text: null,
      content: { question: 'Where?', options: ['here'], maxAnswers: 1 },
    });
    await stored(account, { chat_jid: jidOf('+9995550102'), from_name: null, text: '<b>bold</b>' });
    const html = await htmlOf(`/ui/accounts/${account.id}/chats`);
    const lines = html
      .split('<li ')
      .slice(1)
      .map((line) => wordsOf(`<li ${line}`));
    expect(lines).toEqual([
      expect.stringMatching(/^\+9995550102 \d\d:\d\d &lt;b>bold&lt;\/b> 1 new$/),
      expect.stringMatching(/^Group 120363000000000001 \d\d:\d\d Ben : Poll: Where\? 1 new$/),
      expect.stringMatching(/^A Ana \+9995550101 \d\d:\d\d Sent by a program 1 new$/),
    ]);
    expect(html).toMatch(/avatar-group[^]*#users-round/);
    expect(html).toContain('aria-label="Sent"');
  });

  test('of many chats goes on on another page, and says so when there is none', async () => {
    const account = await server.api.createAccount('Many', 'sandbox');
    expect(wordsOf(await htmlOf(`/accounts/${account.id}/chats`))).toContain('No chats yet');
    for (let index = 0; index < 31; index += 1) await stored(account, { chat_jid: jidOf(`+99955502${index + 10}`) });
    const first = await htmlOf(`/accounts/${account.id}/chats`);
    expect(first.match(/<li id="chat-/g)).toHaveLength(30);
    const [, older = ''] = /href="([^"]*\?before=\d+)"/.exec(first) ?? [];
    expect((await htmlOf(older)).match(/<li id="chat-/g)).toHaveLength(1);
  });
});

describe('A chat', () => {
  test('shows days, ticks, answers, who wrote, why something failed and what cannot be shown', async () => {
    const account = await server.api.createAccount('Shows', 'sandbox');
    const outgoing = { direction: 'outgoing', origin: 'api' };
    await stored(account, { created_at: '2026-01-02T10:00:00Z', remote_id: 'OLD', text: 'Happy new year' });
    await stored(account, { ...outgoing, status: 'read', text: 'And to you', reply_to: 'OLD' });
    const failed = { error_code: 'recipient.not_on_whatsapp', error_message: 'This number is not on WhatsApp.' };
    await stored(account, { ...outgoing, status: 'failed', text: 'Lost', ...failed });
    await stored(account, { ...outgoing, status: 'expired', reply_to: 'GONE' });
    await stored(account, { type: 'unsupported', text: null, original: Buffer.from('sealed') });
    const words = wordsOf(await htmlOf(chatOf(account)));
    expect(words).toContain('Friday 2 January');
    expect(words).toMatch(/They: Happy new year .* Today You: Ana Happy new year And to you API .* Read/);
    expect(words).toMatch(/Lost This number is not on WhatsApp\. API .* Failed/);
    expect(words).toContain('An answer to a message that is not stored here');
    expect(words).toContain('It could not leave before its time was over.');
    expect(words).toContain('A kind of message that this version cannot show. It is kept for a later one.');
    const inGroup = await stored(account, { chat_jid: group, chat_type: 'group', from_name: 'Ben' });
    const shown = wordsOf((await htmlOf(chatOf(account, group))).split(`id="bubble-${inGroup}"`)[1] ?? '');
    expect(shown).toMatch(/Ben \+9995550101 Stored \d+ Reply/);
  });

  test('goes back in steps, and further back from there', async () => {
    const account = await server.api.createAccount('Long', 'sandbox');
    await server.database.execute(
      `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status)
       SELECT 'msg_long' || n, $1, 'incoming', 'contact', 'LONG' || n, $2, 'personal', $2, 'text', 'Line ' || n || '.', 'received'
       FROM generate_series(1, 450) n`,
      [account.id, jidOf(customer)],
    );
    await open(chatOf(account));
    const bubbles = tab.locator('#chat-messages li.bubble');
    expect(await bubbles.count()).toBe(40);
    expect(await bubbles.last().getByText('Line 450.', { exact: true }).isVisible()).toBe(true);
    await tab.evaluate('window.loadedOnce = true');
    await tab.getByRole('link', { name: 'Earlier messages' }).click();
    await waitFor(async () => (await bubbles.count()) === 80);
    expect(await tab.evaluate('window.loadedOnce')).toBe(true);
    const most = await htmlOf(`${chatOf(account)}?show=400`);
    const [, further = ''] = /href="([^"]*\?before=\d+)"/.exec(most) ?? [];
    const oldest = wordsOf(await htmlOf(further));
    expect(oldest).toContain('Line 50. ');
    expect(oldest).not.toContain('Line 51. ');
    expect(oldest).toContain('To the newest messages');
  });

  test('of no address is not found, and with a new number is empty', async () => {
    const account = await server.api.createAccount('Empty', 'sandbox');
    expect((await server.person.open(chatOf(account, 'nobody'))).status).toBe(404);
    expect(wordsOf(await htmlOf(chatOf(account, jidOf('+9995550199'))))).toContain('Nothing was written here yet.');
  });

  test('grows as people write, also in the list, and leaves alone what is being typed', async () => {
    const account = await linked('Live');
    await writes(account, 'One');
    await open(chatOf(account));
    await tab.getByLabel('Message to this chat').pressSequentially('Half a sen');
    await writes(account, 'Two');
    await writes(account, 'From somebody else', '+9995550102');
    await tab.locator('#chat-messages').getByText('Two', { exact: true }).waitFor();
    await tab.getByRole('navigation', { name: 'Chats' }).getByText('From somebody else').waitFor();
    expect(await tab.getByLabel('Message to this chat').inputValue()).toBe('Half a sen');
  });

  test('is marked as read by a button, on the phone of the customer too', async () => {
    const account = await linked('Reads');
    await writes(account, 'One');
    await writes(account, 'Two');
    await open(chatOf(account));
    await tab.getByRole('button', { name: 'Mark 2 new messages as read' }).click();
    await tab.getByRole('button', { name: 'as read' }).waitFor({ state: 'detached' });
    await waitFor(async () => /Two \d\d:\d\d Read/.test(wordsOf(await htmlOf(`/ui/accounts/${account.id}/phone`))));
    expect(wordsOf(await htmlOf(`/ui/accounts/${account.id}/chats`))).not.toContain('new');
  });

  test('in a group tells with how many people a message is', async () => {
    const account = await server.api.createAccount('Counts', 'sandbox');
    const ours = { direction: 'outgoing', origin: 'api', chat_jid: group, chat_type: 'group', status: 'delivered' };
    const id = await stored(account, ours);
    await server.database.execute(
      `INSERT INTO message_receipts (message_id, person, member, delivered_at, read_at)
       SELECT $1, 'person' || n, true, now(), CASE WHEN n > 1 THEN now() END FROM generate_series(1, 3) n`,
      [id],
    );
    expect(wordsOf(await htmlOf(chatOf(account, group)))).toContain('Read by 2 of 3');
  });

  test('on a phone fills the screen, with a way back to the list', async () => {
    const account = await linked('Pocket');
    await writes(account, 'Hello');
    await tab.setViewportSize({ width: 390, height: 800 });
    await open(`/accounts/${account.id}/chats`);
    await tab.getByRole('link', { name: 'Hello' }).click();
    await tab.getByRole('heading', { level: 1, name: 'Phone 0101' }).waitFor();
    expect(await tab.getByRole('navigation', { name: 'Chats' }).isVisible()).toBe(false);
    expect(await tab.getByRole('button', { name: 'Send' }).isVisible()).toBe(true);
    await tab.getByRole('link', { name: 'All chats' }).click();
    await tab.getByRole('navigation', { name: 'Chats' }).getByText('Hello').waitFor();
    await tab.setViewportSize({ width: 1440, height: 900 });
  });
});
