import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import { h } from 'preact';
import { afterEach, expect, test } from 'vitest';
import { usePage } from '../../views/partials/page-context.tsx';
import { systemClock } from '../platform/clock.ts';
import { AppError, invalidField } from '../platform/errors.ts';
import { definePage, type Page, type PageAnswer } from '../platform/page.ts';
import { integer, name, object, required } from '../platform/schema.ts';
import { createRecordingLog, type LogLine } from '../../test/doubles/recording-log.ts';
import type { Left } from './flash.ts';
import { createPageRouter } from './page-router.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function shown(text: string, status = 200): PageAnswer {
  return { kind: 'page', title: 'A page', section: 'none', body: h('h1', null, text), status };
}

interface Site {
  lines: LogLine[];
  left: Left[];
  get(path: string, headers?: Record<string, string>): Promise<globalThis.Response>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<globalThis.Response>;
}

async function siteOf(
  pages: readonly Page[],
  viewer?: { username: string; sessionId: string },
  publicUrl = 'http://localhost',
): Promise<Site> {
  const lines: Site['lines'] = [];
  const left: Left[] = [];
  const router = createPageRouter({
    pages,
    assets: {
      name: 'assets',
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      serve: (_request, _response, next) => next(),
      urls: { script: '/s.js', style: '/s.css', icons: '/i.svg', favicon: '/f.svg' },
    },
    viewerOf: () => viewer,
    csrfTokenOf: () => 'the-token',
    requireCsrf(_request, token) {
      if (token !== 'the-token') throw new AppError('auth.csrf', { status: 403, detail: 'The form is not ours.' });
    },
    flash: {
      leave: (_request, what) => Promise.resolve(void left.push(what)),
      take: () => Promise.resolve(left.pop() ?? {}),
    },
    version: '1.2.3',
    publicUrl,
    timeZone: 'UTC',
    formTimeoutMs: 5_000,
    clock: systemClock,
    log: createRecordingLog(lines),
  });
  const app = express();
  app.use(router.pages);
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (!router.sendErrorPage(error, request, response)) response.status(418).end();
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const html = { accept: 'text/html', connection: 'close' };
  return {
    lines,
    left,
    get: (path, headers) => fetch(address + path, { headers: { ...html, ...headers }, redirect: 'manual' }),
    post: (path, fields, headers) =>
      fetch(address + path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { ...html, ...headers },
        redirect: 'manual',
      }),
  };
}

const person = { username: 'ann', sessionId: 'abc' };

test('a page asks a visitor to sign in and leads back to where they wanted to go', async () => {
  const pages = [definePage({ method: 'GET', path: '/things', access: 'person', handle: async () => shown('Things') })];
  const site = await siteOf(pages);
  const answer = await site.get('/things?page=2');
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/login?next=%2Fthings%3Fpage%3D2');
  // The script of the page leaves, once: two navigations at a time would end each other.
  const part = await site.get('/things', { 'hx-request': 'true' });
  expect([part.status, part.headers.get('hx-redirect')]).toEqual([401, null]);
});

test('a part of a page answers 401 to a visitor', async () => {
  const page = definePage({ method: 'GET', path: '/ui/part', access: 'person', handle: async () => shown('Part') });
  const answer = await (await siteOf([page])).get('/ui/part');
  expect(answer.status).toBe(401);
  expect(await answer.text()).toBe('');
});

function formPage(taken: unknown[]): Page {
  return definePage({
    method: 'POST',
    path: '/things',
    access: 'person',
    form: object({ name: required(name({ max: 5 })), count: integer({ min: 1 }) }),
    async handle({ form, actor }) {
      if (form.name === 'taken') throw new AppError('thing.taken', { status: 409, detail: 'That name is taken.' });
      if (form.name === 'wrong') throw invalidField('name', 'is wrong');
      taken.push({ ...form, by: actor.name });
      return { kind: 'redirect', to: '/things', notice: 'Done' };
    },
    refused: async (_input, refusal) => shown(JSON.stringify(refusal), refusal.status),
  });
}

test('a form without its token is refused before anything is done', async () => {
  const taken: unknown[] = [];
  const site = await siteOf([formPage(taken)], person);
  const answer = await site.post('/things', { name: 'new' });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('The form is not ours.');
  expect(taken).toEqual([]);
});

test('a form that fits is handed on typed, and its notice is left for the next page', async () => {
  const taken: unknown[] = [];
  const site = await siteOf([formPage(taken)], person);
  const answer = await site.post('/things', { _csrf: 'the-token', name: ' new ', count: '3' });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/things');
  expect(taken).toEqual([{ name: 'new', count: 3, by: 'ann' }]);
  expect(site.left).toMatchObject([{ notice: 'Done' }]);
});

test('the script is told where to go by a header, because it would follow a redirect in the background', async () => {
  const site = await siteOf([formPage([])], person);
  const answer = await site.post('/things', { _csrf: 'the-token', name: 'new' }, { 'hx-request': 'true' });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('hx-redirect')).toBe('/things');
});

test.each([
  ['a field that does not fit', { name: 'far too long' }, 422, '"field":"name"'],
  ['a field that is missing', {}, 422, '"message":"is required"'],
  ['a field that the act finds wrong', { name: 'wrong' }, 422, '"message":"is wrong"'],
  ['a conflict', { name: 'taken' }, 409, 'That name is taken.'],
])(
  '%s is answered by the page again with what was typed',
  async (_case, fields: Record<string, string>, status, words) => {
    const site = await siteOf([formPage([])], person);
    const answer = await site.post('/things', { _csrf: 'the-token', ...fields });
    expect(answer.status).toBe(status);
    const text = (await answer.text()).replaceAll('&quot;', '"');
    expect(text).toContain(words);
    expect(text).toContain(`"values":${JSON.stringify(fields)}`);
  },
);

test('an unexpected error shows a page without its words, which go to the log', async () => {
  const page = definePage({
    method: 'GET',
    path: '/broken',
    access: 'person',
    handle: () => Promise.reject(new Error('secret internals')),
  });
  const site = await siteOf([page], person);
  const answer = await site.get('/broken');
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret internals');
  expect(site.lines.map(({ message }) => message)).toContain('A page failed unexpectedly');
});

test('what stands in the query beside the page’s own fields is left alone', async () => {
  const page = definePage({
    method: 'GET',
    path: '/list',
    access: 'person',
    query: object({ page: integer({ min: 1 }) }),
    handle: async ({ query }) => shown(`page ${query.page}`),
  });
  const site = await siteOf([page], person);
  expect(await (await site.get('/list?page=3&utm_source=x')).text()).toContain('page 3');
});

test.each([
  ['http://localhost', 'where this browser has reached it', /^http:\/\/127\.0\.0\.1:\d+$/],
  ['https://shop.example', 'as it was set', /^https:\/\/shop\.example$/],
])('with PUBLIC_URL %s a page names the address of the server %s', async (publicUrl, _words, expected) => {
  const Address = () => h('code', null, usePage().publicUrl);
  const page = definePage({
    method: 'GET',
    path: '/address',
    access: 'person',
    handle: async () => ({ kind: 'page', title: 'Address', section: 'none', body: h(Address, {}) }),
  });
  const site = await siteOf([page], person, publicUrl);
  const text = await (await site.get('/address')).text();
  expect(/<code>(.*?)<\/code>/.exec(text)?.[1]).toMatch(expected);
});
