import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VirtualPhone } from '../../src/simulator/control.ts';
import type { AccountJson } from '../doubles/api.ts';
import { chatOf, chatStage } from '../doubles/chat-pages.ts';
import { type DashboardServer, startDashboard } from '../doubles/dashboard-server.ts';
import { isLive } from '../doubles/page-checks.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const owner = '9990000000001';
const browser = useChromium();
let server: DashboardServer;
let tab: Tab;
let account: AccountJson;
const { htmlOf } = chatStage(() => server);
const phone = (number: string): VirtualPhone => server.simulator.control.phone(number);
const queries = (): number => server.simulator.control.counters().queriesByNamespace.get('w:g2') ?? 0;

beforeAll(async () => {
  server = await startDashboard();
  tab = (await browser.keep(server.address, { cookies: server.person.cookies })).page;
});
afterAll(() => server.stop());

test('a group from before has its subject in the list, for one question about all of them', async () => {
  const friend = phone('9990000000201');
  await friend.introduce({ name: 'Friend' });
  const groups = [
    await server.simulator.control.createGroup('Bakers', [friend.number, owner], 'lid'),
    await server.simulator.control.createGroup('Brewers', [friend.number, owner], 'phone'),
  ];
  const { id } = await server.api.createAccount('Shop', 'whatsapp');
  await phone(owner).scan(await server.api.qr(id));
  account = await server.api.becomes(id, 'ready');
  for (const { jid, subject } of groups) await friend.send({ to: jid, text: `Hello ${subject}` });
  await waitFor(async () => wordsOf(await htmlOf(`/ui/accounts/${id}/chats`)).includes('Hello Brewers'));
  await waitFor(async () =>
    /Brewers .*Friend : Hello Brewers .*Bakers /.test(wordsOf(await htmlOf(`/ui/accounts/${id}/chats`))),
  );
  const before = queries();
  for (let look = 0; look < 3; look += 1) await htmlOf(`/ui/accounts/${id}/chats`);
  expect(queries()).toBe(before);
  expect(before).toBe(1);
  const [bakers] = groups;
  const words = wordsOf(await htmlOf(chatOf(account, bakers?.jid)));
  expect(words).toContain('Bakers Group');
  expect(words).toContain(`Friend +${friend.number} Hello Bakers`);
});

test('names change on the open page: as people call themselves, as the phone does, as a group is called', async () => {
  const [ana, friend] = [phone('9990000000202'), phone('9990000000201')];
  await ana.introduce({ name: 'ana ✨' });
  await ana.send({ to: owner, text: 'Is there bread?' });
  const list = tab.getByRole('navigation', { name: 'Chats' });
  const shown = (name: string) => list.getByRole('link').filter({ hasText: name }).waitFor();
  await waitFor(async () => wordsOf(await htmlOf(`/ui/accounts/${account.id}/chats`)).includes('Is there bread?'));
  await tab.goto(chatOf(account, ana.jid));
  await isLive(tab);
  await shown(`ana ✨ +${ana.number}`);
  await tab.getByRole('heading', { level: 1, name: 'ana ✨' }).waitFor();
  await phone(owner).saveContact(ana.number, 'Ana Lima');
  await shown(`Ana Lima +${ana.number}`);
  const group = await server.simulator.control.createGroup('Lunch', [friend.number, owner], 'lid');
  await friend.send({ to: group.jid, text: 'When?' });
  await shown('Lunch');
  await friend.updateGroup(group.jid, { kind: 'subject', subject: 'Late lunch' });
  await shown('Late lunch');
  await phone(owner).saveContact(friend.number, 'My friend');
  await list.getByText('My friend: ').first().waitFor();
});

test('the last messages of an account tell who wrote, and in which group', async () => {
  const words = wordsOf(await htmlOf(`/ui/accounts/${account.id}/messages`));
  expect(words).toContain('From Ana Lima +9990000000202');
  expect(words).toContain('From My friend +9990000000201 in Late lunch');
});

test('who hides the number is shown by name, and by number from when it is known', async () => {
  const hidden = phone('9990000000203');
  await hidden.introduce({ name: 'Mystery', hidesNumber: true });
  await hidden.send({ to: owner, text: 'Guess', addressing: 'lid' });
  const list = () => htmlOf(`/ui/accounts/${account.id}/chats`).then(wordsOf);
  await waitFor(async () => /Mystery \d\d:\d\d Guess/.test(await list()));
  expect(wordsOf(await htmlOf(chatOf(account, hidden.lid)))).toContain('Mystery The number is hidden');
  await hidden.introduce({ hidesNumber: false });
  await hidden.send({ to: owner, text: 'It is me', addressing: 'lid' });
  await waitFor(async () => (await list()).includes(`Mystery +${hidden.number}`));
});
