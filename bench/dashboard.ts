// How soon a change reaches the eyes: from the call that causes it until the words stand on the page in a real browser.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type AccountJson, apiOf } from '../test/doubles/api.ts';
import { type Chromium, launchChromium } from '../test/doubles/chromium.ts';
import { newDataFolder, removeDataFolder } from '../test/doubles/data-folder.ts';
import { environmentOf } from '../test/doubles/network-environment.ts';
import { isLive } from '../test/doubles/page-checks.ts';
import { adminEnvironment, signIn } from '../test/doubles/person.ts';
import { type ServerProcess, startServerProcess } from '../test/doubles/server-process.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../test/doubles/simulator-process.ts';
import { startBareSocket } from './bare-socket.ts';
import { printRows, type Spread, spreadOf } from './measure.ts';

const busyAccounts = 20;
const messagesASecond = 200;
const busySeconds = 15;
/** A part of a page asks six times in a row and then waits, so that each of these rows changes four times. */
const quietAccounts = 25;
const changesEach = 4;

/** Resolves with the time, in ms since 1970, at which the element held the words. */
function seenAt(page: Page, selector: string, words: string): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(words)})) return;
      observer.disconnect();
      resolve(performance.timeOrigin + performance.now());
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  })`);
}

async function changeMs(seen: Promise<number>, cause: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.timeOrigin + performance.now();
  const [at] = await Promise.all([seen, cause()]);
  return at - startedAt;
}

async function bareSocket(browser: Chromium): Promise<Spread> {
  const bare = await startBareSocket();
  const opened = await browser.open(bare.address);
  const { page } = opened;
  const samples: number[] = [];
  await page.goto('/');
  const change = (words: string): Promise<number> =>
    changeMs(seenAt(page, '#status', words), () => fetch(`${bare.address}/${words}`, { method: 'POST' }));
  // Until the socket stands, nothing arrives.
  await page.waitForLoadState('networkidle');
  for (let index = 0; index < quietAccounts * changesEach; index += 1) samples.push(await change(`change-${index}`));
  await opened.close();
  await bare.stop();
  return spreadOf(samples);
}

/** Pauses and resumes accounts and waits for the words in their rows. */
async function changes(page: Page, server: ServerProcess, accounts: readonly AccountJson[]): Promise<Spread> {
  const samples: number[] = [];
  await page.goto('/accounts?state=');
  await isLive(page);
  // A page asks anew for what changed just before it came.
  await page.waitForLoadState('networkidle');
  await watchLongTasks(page);
  for (let round = 0; round < changesEach; round += 1) {
    const [act, words] = round % 2 === 0 ? (['pause', 'Paused'] as const) : (['resume', 'Not linked'] as const);
    for (const { id } of accounts) {
      const seen = seenAt(page, `#row-${id} .account-status`, words);
      samples.push(await changeMs(seen, () => server.data('POST', `/api/accounts/${id}/${act}`)));
    }
  }
  return spreadOf(samples);
}

async function link(server: ServerProcess, simulator: SimulatorProcess, index: number): Promise<string> {
  const api = apiOf(server);
  const number = String(9_990_000_001_000 + index);
  const account = await api.createAccount(`Busy ${index}`, 'whatsapp', { pacing: { preset: 'unpaced' } });
  await simulator.control.phone(number).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  return number;
}

/** Messages to all of them; resolves with how many a second were stored and confirmed. */
async function flood(simulator: SimulatorProcess, numbers: readonly string[]): Promise<number> {
  const perSecond = messagesASecond / numbers.length;
  const startedAt = performance.now();
  const floods = await Promise.all(
    numbers.map((to, index) =>
      simulator.control.flood({
        from: String(9_990_000_002_000 + index),
        to,
        count: perSecond * busySeconds,
        perSecond,
      }),
    ),
  );
  const confirmed = floods.reduce((sum, { receipts }) => sum + receipts, 0);
  return confirmed / ((performance.now() - startedAt) / 1_000);
}

/** From now on the page notes how long it could not answer a key, in ms. */
async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(`window.longestMs = 0; new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longestMs = Math.max(window.longestMs, duration);
  }).observe({ type: 'longtask' })`);
}

const folder = await newDataFolder(tmpdir());
const simulator = await startSimulatorProcess();
const server = await startServerProcess({
  ...adminEnvironment,
  ...environmentOf(simulator),
  DATA_DIR: join(folder, 'data'),
});
const browser = await launchChromium();
try {
  const bare = await bareSocket(browser);
  const quiet: AccountJson[] = [];
  for (let index = 0; index < quietAccounts; index += 1) {
    quiet.push(await apiOf(server).createAccount(`Quiet ${index}`, 'sandbox'));
  }
  for (const { id } of quiet) await server.data('POST', `/api/accounts/${id}/pause`);
  for (const { id } of quiet) await server.data('POST', `/api/accounts/${id}/resume`);
  const { page } = await browser.open(server.address, { cookies: (await signIn(server.address)).cookies });
  const still = await changes(page, server, quiet);
  const numbers: string[] = [];
  for (let index = 0; index < busyAccounts; index += 1) numbers.push(await link(server, simulator, index));
  const flooding = flood(simulator, numbers);
  const busy = await changes(page, server, quiet);
  const longestMs = await page.evaluate<number>('window.longestMs');
  const reached = await flooding;
  printRows(
    [
      { work: `a change of status, ${quietAccounts * changesEach} times`, ours: still, baseline: bare, goal: 100 },
      { work: `the same under ${reached.toFixed(0)} messages a second`, ours: busy, baseline: bare, goal: 100 },
    ],
    'bare Socket.IO',
  );
  console.log(`The page was busy for at most ${longestMs.toFixed(0)} ms at a time under the messages.`);
} finally {
  await browser.close();
  await server.stop();
  await simulator.stop();
  await removeDataFolder(folder);
}
