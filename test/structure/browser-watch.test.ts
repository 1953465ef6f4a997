import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type BrowserWindow, type Chromium, launchChromium } from '../doubles/chromium.ts';
import { axeFindings, layoutFaults } from '../doubles/page-checks.ts';

let server: Server;
let address: string;
let browser: Chromium;
let window: BrowserWindow;
let body = '';

/** As strict as ours, but that it lets inline scripts run, so that a page can misbehave. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src *";

beforeAll(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.method === 'POST' ? 422 : request.url === '/' ? 200 : 404;
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><html lang="en"><head><title>Test</title></head><body>${body}</body></html>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  server.close();
});
afterEach(() => window.close());

async function show(html: string): Promise<void> {
  body = `<main>${html}</main>`;
  window = await browser.open(address, { width: 390 });
  await window.page.goto('/');
}

const sound = '<h1>Title</h1>';

test.each([
  ['a violated policy', '<img src="data:image/png;base64,AA==" alt="x">', /^The policy was violated: img-src/],
  ['an error in the console', '<script>console.error("broken")</script>', /^The console says: broken/],
  ['a file that is missing', '<script>fetch("/gone")</script>', /^The console says: .*404/],
  ['a script that fails', '<script>throw new Error("broken")</script>', /^A script failed: .*broken/],
  ['a dialog', '<script>alert("hello")</script>', /^A script opened a dialog: hello/],
  ['another server', '<script>fetch("http://127.0.0.1:9/").catch(() => 1)</script>', /^A request left the server/],
  ['a socket to it', '<script>new WebSocket("ws://127.0.0.1:9/")</script>', /^A socket left the server/],
])('a window reports %s', async (_what, html, sentence) => {
  await show(sound + html);
  await expect.poll(() => window.faults).toContainEqual(expect.stringMatching(sentence));
});

test('the answer that refuses a form is no fault, and a sound page has none', async () => {
  await show(
    `${sound}<p>All is well.</p><script>fetch("/", { method: "POST" }).then(() => document.title = "Done")</script>`,
  );
  await window.page.waitForFunction('document.title === "Done"');
  expect(window.faults).toEqual([]);
  expect(await layoutFaults(window.page)).toEqual([]);
  expect(await axeFindings(window.page, 'html', 'everything')).toEqual([]);
});

test.each([
  ['a page without a heading', '<p>text</p>', /^The page has 0 headings/],
  ['two of the first level', '<h1>One</h1><h1>Two</h1>', /^The page has 2 headings/],
  ['a page that scrolls sideways', `${sound}<p style="width: 900px">wide</p>`, /^The page scrolls sideways.*"wide"/],
  ['text that is cut', `${sound}<p style="width: 40px; overflow: hidden">Incomprehensible</p>`, /"Incompreh.*is cut/],
  ['lines that are cut', `${sound}<p style="height: 9px; overflow: clip">text</p>`, /"text" is cut/],
])('the layout check finds %s', async (_what, html, sentence) => {
  await show(html);
  expect(await layoutFaults(window.page)).toEqual([expect.stringMatching(sentence)]);
});

test('axe names the rule and the place of what it finds', async () => {
  await show(`${sound}<button id="nameless"></button>`);
  expect(await axeFindings(window.page, 'html', 'everything')).toEqual([
    expect.stringMatching(/^button-name .* at #nameless/),
  ]);
});

test('clicks and typed fields are counted as a person does them, not as scripts do', async () => {
  await show(
    `${sound}<label>Name <input name="name"></label><button onclick="done.click()">Go</button><button id="done">x</button>`,
  );
  const { page, acts } = window;
  await page.getByLabel('Name').click();
  await page.keyboard.type('Ada');
  await page.getByText('Go').click();
  expect(acts).toMatchObject({ clicks: ['input ""', 'button "Go"'], fields: ['/ name'] });
});
