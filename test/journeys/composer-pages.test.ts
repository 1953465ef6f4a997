import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page as Tab } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountJson } from '../doubles/api.ts';
import { chatOf, chatStage, customer, jidOf } from '../doubles/chat-pages.ts';
import { type DashboardServer, startDashboard } from '../doubles/dashboard-server.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { isLive } from '../doubles/page-checks.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const browser = useChromium();
let server: DashboardServer;
let tab: Tab;
const { linked, writes, htmlOf } = chatStage(() => server);
const composer = (): Locator => tab.locator('#composer');

beforeAll(async () => {
  server = await startDashboard();
  tab = (await browser.keep(server.address, { cookies: server.person.cookies })).page;
});
afterAll(() => server.stop());

async function open(path: string): Promise<void> {
  await tab.goto(path);
  await isLive(tab);
}

describe('Writing', () => {
  let account: AccountJson;
  const shown = () => tab.locator('#chat-messages');

  beforeAll(async () => {
    account = await linked('Writes');
    await server.api.send(account, customer, 'We open at nine.', '?wait=true');
    await writes(account, 'When do you close?');
  });

  test('Enter sends, and an answer quotes what it answers', async () => {
    await open(chatOf(account));
    await composer().getByLabel('Message to this chat').fill('At six');
    await shown().getByRole('listitem').filter({ hasText: 'When do you close?' }).hover();
    await tab.getByRole('link', { name: /^Reply to “When do you close\?/ }).click();
    await composer().getByText('Answer to When do you close?').waitFor();
    await tab.keyboard.press('Shift+Enter');
    await tab.keyboard.type('sharp');
    await tab.keyboard.press('Enter');
    await shown().getByRole('blockquote').getByText('When do you close?').waitFor();
    expect(await composer().getByLabel('Message to this chat').inputValue()).toBe('');
    expect(await composer().getByText('Answer to').isVisible()).toBe(false);
    expect(await tab.evaluate('document.activeElement.id')).toBe('composer-text');
    expect(await server.api.lists(account, 'At six\nsharp', 'delivered')).toMatchObject({ origin: 'inbox' });
  });

  test('a location is previewed from the link of a map, and sent', async () => {
    await open(chatOf(account));
    await composer().getByRole('radio', { name: 'Location' }).check();
    await composer().getByLabel('Place', { exact: true }).fill('https://www.google.com/maps?q=52.52,13.405');
    await composer().getByLabel('Name of the place').fill('Flower shop');
    await composer().locator('.compose-preview').getByText('52.52000, 13.40500').waitFor();
    await composer().getByRole('button', { name: 'Send' }).click();
    await shown().getByText('Flower shop', { exact: true }).waitFor();
    await waitFor(async () => wordsOf(await htmlOf(`/ui/accounts/${account.id}/phone`)).includes('Flower shop'));
  });

  test('contacts and polls take as many lines as are filled in', async () => {
    await open(chatOf(account));
    await composer().getByRole('radio', { name: 'Contact' }).check();
    await composer().getByLabel('Name', { exact: true }).fill('Ada');
    await composer().getByLabel('Number', { exact: true }).fill('+49 151 12345678');
    await composer().getByLabel('Name of contact 2').fill('Grace');
    await composer().getByLabel('Number of contact 2').fill('+1 202 555 0123');
    expect(await composer().getByLabel('Name of contact 3').isVisible()).toBe(true);
    expect(await composer().getByLabel('Name of contact 4').isVisible()).toBe(false);
    await composer().getByRole('button', { name: 'Send' }).click();
    await shown().getByText('+12025550123', { exact: true }).waitFor();

    await composer().getByRole('radio', { name: 'Poll' }).check();
    await composer().getByLabel('Question').fill('When?');
    await composer().getByLabel('Answer 1', { exact: true }).fill('Monday');
    await composer().getByLabel('Answer 2', { exact: true }).fill('Tuesday');
    await composer().getByLabel('Answer 3 (optional)').fill('Sunday');
    await composer().getByLabel('People may choose several answers').check();
    await composer().getByRole('button', { name: 'Send' }).click();
    await shown().getByText('Sunday', { exact: true }).waitFor();
    const [poll] = await server.api.messages(account);
    expect(poll).toMatchObject({ type: 'poll', poll: { options: ['Monday', 'Tuesday', 'Sunday'], maxAnswers: 0 } });
  });

  test('what is wrong is said beside its field, and the rest is kept', async () => {
    await server.person.open(chatOf(account));
    const path = `${chatOf(account)}/send`;
    const location = await server.person.submit(path, { type: 'location', place: 'Main street', placeName: 'Shop' });
    expect(location.status).toBe(422);
    expect(wordsOf(location.text)).toContain('Place holds no coordinates: copy them, or a link that has them.');
    expect(location.text).toMatch(/id="composer-placeName"[^>]*value="Shop"/);
    const contact = await server.person.submit(path, { type: 'contact', contactName2: 'Grace', contactPhone1: '0151' });
    const words = wordsOf(contact.text);
    expect(words).toContain('Name is required. Number needs the country code, such as +49 for Germany.');
    expect(words).toContain('Number of contact 2 is required.');
    const poll = await server.person.submit(path, { type: 'poll', question: 'When?', option1: 'Now', option3: 'Now' });
    expect(wordsOf(poll.text)).toContain('Answer 2 is required. Answer 3 is there already.');
    expect((await server.person.submit(path, { type: 'text' })).status).toBe(422);
    const reply = await server.person.submit(path, { text: 'Hello', replyTo: 'msg_never' });
    expect(wordsOf(reply.text)).toContain('The answered message is no message of this chat.');
  });

  test('a queued message is taken back where it stands', async () => {
    await server.data('POST', `/api/accounts/${account.id}/sandbox/faults`, { body: { kind: 'unavailable' } });
    await server.api.becomes(account.id, 'disconnected');
    await server.person.open(chatOf(account));
    await server.person.submit(`${chatOf(account)}/send`, { text: 'Too early' });
    const page = await server.person.open(chatOf(account));
    const [, cancel = ''] = /action="([^"]*\/msg_\w+\/cancel)"/.exec(page.text) ?? [];
    const taken = await server.person.submit(cancel, { back: chatOf(account) });
    expect(taken.headers.get('location')).toBe(chatOf(account));
    expect(wordsOf(await htmlOf(chatOf(account)))).toMatch(/Too early .* Cancelled/);
  });

  test('the form on the account’s page shows the call of each kind', async () => {
    await open(`/accounts/${account.id}`);
    const form = tab.locator('#send');
    await form.getByRole('radio', { name: 'Poll' }).check();
    await form.getByLabel('Question').fill('When?');
    await form.getByLabel('Answer 1', { exact: true }).fill('Now');
    await form.getByLabel('Answer 2', { exact: true }).fill('Later');
    await form.getByText('Show as curl').click();
    await form.getByText('"question":"When?"').waitFor();
    expect(await tab.locator('#send-curl').isVisible()).toBe(false);
  });
});

describe('Files', () => {
  const owner = '9990000000501';
  const person = '9990000000502';
  const bubbles = () => tab.locator('#chat-messages li.bubble');
  let account: AccountJson;

  beforeAll(async () => {
    const made = await server.api.createAccount('Files', 'whatsapp', { pacing: { preset: 'unpaced' } });
    await server.simulator.control.phone(owner).scan(await server.api.qr(made.id));
    account = { ...(await server.api.becomes(made.id, 'ready')), apiKey: made.apiKey };
    await open(chatOf(account, jidOf(`+${person}`)));
  });

  function picture(): Buffer {
    return PNG.sync.write(new PNG({ width: 40, height: 30, fill: true }));
  }

  function fileField(): Locator {
    return composer().locator('input[type="file"]');
  }

  async function choose(name: string, mimeType: string, buffer: Buffer): Promise<void> {
    await composer().getByRole('radio', { name: 'File' }).check();
    await fileField().setInputFiles({ name, mimeType, buffer });
  }

  test('a picture is shown before it leaves, sent with its text, and shown in the chat', async () => {
    await choose('roses.png', 'image/png', picture());
    await composer().getByRole('img', { name: 'The chosen picture' }).waitFor();
    await composer().getByText('roses.png · ').waitFor();
    await composer().getByLabel('Text with it').fill('Our roses');
    await composer().getByRole('button', { name: 'Send' }).click();
    await composer().getByText('The file is accepted.').waitFor();
    expect(await composer().locator('.file-preview').isVisible()).toBe(false);
    const bubble = bubbles().filter({ hasText: 'Our roses' });
    await bubble.getByText('Delivered').waitFor();
    await waitFor(() => tab.evaluate<boolean>(`document.querySelector('#chat-messages img').naturalWidth === 40`));
    expect(await server.api.lists(account, 'Our roses')).toMatchObject({ type: 'image', origin: 'inbox' });
  });

  test('a document goes as one, and what it is called is told', async () => {
    await choose('bill <1>.pdf', 'application/pdf', Buffer.from('%PDF-1.4\n%%EOF\n'));
    await composer().getByLabel('Send as').selectOption('A document, unchanged');
    await composer().getByRole('button', { name: 'Send' }).click();
    const bubble = bubbles().filter({ hasText: 'bill <1>.pdf' });
    await bubble.getByText('application/pdf').waitFor();
    const href = await bubble.getByRole('link', { name: 'Download' }).getAttribute('href');
    await waitFor(async () => (await tab.request.get(href ?? '')).ok());
    expect((await (await tab.request.get(href ?? '')).body()).toString()).toContain('%PDF-1.4');
  });

  test('what cannot be sent is said, and what was chosen stays', async () => {
    await composer().getByRole('radio', { name: 'File' }).check();
    await composer().getByRole('button', { name: 'Send' }).click();
    await composer().getByText('Choose a file first.').waitFor();
    await choose('notes.txt', 'text/plain', Buffer.from('No picture'));
    await composer().getByLabel('Send as').selectOption('A sticker');
    await composer().getByRole('button', { name: 'Send' }).click();
    await composer()
      .getByText(/which WhatsApp does not show as a sticker/)
      .waitFor();
    await composer().getByText('notes.txt · 10 bytes').waitFor();
    const folder = await newDataFolder();
    const film = join(folder, 'film.mp4');
    writeFileSync(film, '');
    truncateSync(film, 10_500_000);
    await fileField().setInputFiles(film);
    await composer().getByRole('button', { name: 'Send' }).click();
    await composer().getByText('This file has 10.5 MB; 10 MB at most can be sent from here.').waitFor();
    await removeDataFolder(folder);
  });

  test('a picture and a voice note that come in are shown and played', async () => {
    const customer = server.simulator.control.phone(person);
    await customer.send({
      to: owner,
      type: 'image',
      media: { bytes: picture(), mimetype: 'image/png', width: 40, height: 30 },
    });
    await waitFor(() =>
      tab.evaluate<boolean>(
        `[...document.querySelectorAll('#chat-messages li.bubble:not(.bubble-sent) img')].some(({ naturalWidth }) => naturalWidth === 40)`,
      ),
    );
    const voice = { bytes: Buffer.from('OggS and so on'), mimetype: 'audio/ogg; codecs=opus', seconds: 3 };
    await customer.send({ to: owner, type: 'voice', media: voice });
    const player = tab.locator('#chat-messages audio');
    await player.waitFor();
    const file = await tab.request.get((await player.getAttribute('src')) ?? '');
    expect((await file.body()).toString()).toBe('OggS and so on');
    expect(wordsOf(await htmlOf(`/ui/accounts/${account.id}/chats`))).toContain('Voice note');
  });
});
