import { type Request, type RequestHandler, type Response, Router } from 'express';
import { nobody } from '../platform/actor.ts';
import { endsWithin } from '../platform/clock.ts';
import { AppError } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { Page, PageAnswer, PageInput, Viewer } from '../platform/page.ts';
import { parse } from '../platform/parse.ts';
import { asAnswerable, internalCode } from '../platform/problem.ts';
import { readForm } from '../platform/request-body.ts';
import { isRefusable, refusalOf } from './refusal.ts';
import { createRenderer, type Renderer, type RendererOptions } from './render.tsx';

export interface PageRouterOptions extends RendererOptions {
  pages: readonly Page[];
  /** Throws 403 unless the form comes from a page of ours. `token` is the form's field, if it has one. */
  requireCsrf(request: Request, token: string | undefined): void;
  formTimeoutMs: number;
  log: Log;
}

export interface PageRouter {
  pages: RequestHandler;
  /** Answers an error of a request that wanted a page; false when it did not. */
  sendErrorPage(error: unknown, request: Request, response: Response): boolean;
}

const formLimitBytes = 200_000;
type Input = PageInput<unknown, unknown, unknown>;

/** The pages of every feature behind the login wall. */
export function createPageRouter(options: PageRouterOptions): PageRouter {
  const render = createRenderer(options);
  const router = Router();
  for (const page of options.pages) {
    const method = page.method === 'GET' ? 'get' : 'post';
    router[method](page.path, (request, response) => show(page, request, response, { ...options, render }));
  }
  return {
    pages: router,
    sendErrorPage(error, request, response) {
      if (!wantsPage(request)) return false;
      const answerable = asAnswerable(error);
      if (answerable.code === internalCode) {
        options.log.error('A page failed unexpectedly', { method: request.method, path: request.path, error });
      }
      render.error(answerable, request, response);
      return true;
    },
  };
}

interface Parts extends PageRouterOptions {
  render: Renderer;
}

async function show(page: Page, request: Request, response: Response, parts: Parts): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  const typed = page.method === 'POST' ? await readTyped(request, parts) : {};
  const { _csrf: token, ...values } = typed;
  const viewer = parts.viewerOf(request);
  if (!viewer && page.access === 'person') {
    askToSignIn(request, response, parts);
    return;
  }
  if (page.method === 'POST') parts.requireCsrf(request, token);
  const input = inputOf(page, viewer, request, response);
  const answer = await answerOf(page, input, values);
  await parts.render.answer(answer, request, response);
}

async function answerOf(
  page: Page,
  input: Omit<Input, 'form'>,
  values: Readonly<Record<string, string>>,
): Promise<PageAnswer> {
  try {
    // Text of a form becomes numbers and flags as that of a query does.
    const form = page.form ? parse(page.form, values, 'query') : undefined;
    return await page.handle({ ...input, form });
  } catch (error) {
    if (!page.refused || !isRefusable(error)) throw error;
    return page.refused({ ...input, form: undefined }, refusalOf(error, values));
  }
}

function inputOf(page: Page, viewer: Viewer | undefined, request: Request, response: Response): Omit<Input, 'form'> {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('The browser went away')));
  return {
    params: page.params ? parse(page.params, request.params, 'params') : {},
    query: page.query ? parse(page.query.prefs({ allowUnknown: true }), request.query, 'query') : {},
    viewer,
    actor: { kind: 'person', name: viewer?.username ?? nobody, address: request.ip ?? null },
    address: request.ip ?? '',
    http: { request, response },
    signal: gone.signal,
    partial: isPartial(request),
  };
}

async function readTyped(request: Request, { clock, formTimeoutMs }: Parts): Promise<Record<string, string>> {
  const reading = readForm(request, formLimitBytes);
  if (await endsWithin(clock, formTimeoutMs, reading)) return reading;
  throw new AppError('request.timeout', { status: 408, detail: 'The form did not arrive in time.' });
}

/** Parts of a page get a bare 401, by which the script knows; a page leads to the login and from there back. */
function askToSignIn(request: Request, response: Response, parts: Parts): void {
  if (isPartial(request) || request.path.startsWith('/ui/')) {
    response.status(401).end();
    return;
  }
  const back = request.method === 'GET' ? request.originalUrl : pathOf(request.get('referer'));
  parts.render.redirect(`/login?next=${encodeURIComponent(back)}`, response);
}

function pathOf(address: string | undefined): string {
  if (address === undefined || !URL.canParse(address)) return '/';
  const { pathname, search } = new URL(address);
  return pathname + search;
}

function isPartial(request: Request): boolean {
  return request.get('hx-request') === 'true';
}

function wantsPage(request: Request): boolean {
  if (request.path === '/api' || request.path.startsWith('/api/')) return false;
  return isPartial(request) || (request.get('accept') ?? '').includes('text/html');
}
