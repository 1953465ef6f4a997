import type { Request, Response } from 'express';
import type { VNode } from 'preact';
import { render as renderToString } from 'preact-render-to-string';
import { ErrorView } from '../../views/error.tsx';
import { Layout, type LayoutModel } from '../../views/layout.tsx';
import { PageContextProvider } from '../../views/partials/page-context.tsx';
import type { Clock } from '../platform/clock.ts';
import type { AppError } from '../platform/errors.ts';
import type { PageAnswer, Viewer } from '../platform/page.ts';
import type { Assets } from './assets.ts';
import type { Flash, Left } from './flash.ts';
import { themeOf } from './theme.ts';

export interface Renderer {
  answer(answer: PageAnswer, request: Request, response: Response): Promise<void>;
  error(error: AppError, request: Request, response: Response): void;
  redirect(to: string, response: Response): void;
}

export interface RendererOptions {
  assets: Assets;
  /** Asked after the request was identified. */
  viewerOf(request: Request): Viewer | undefined;
  /** The token that the forms of this answer carry. */
  csrfTokenOf(request: Request, response: Response): string;
  flash: Flash;
  version: string;
  publicUrl: string;
  timeZone: string;
  clock: Clock;
}

/** Turns what a page answers into HTML in the layout, a fragment, or a way on. */
export function createRenderer(options: RendererOptions): Renderer {
  function inContext(body: VNode, request: Request, csrfToken: string, once: Left['once']): VNode {
    const { assets, clock, timeZone } = options;
    const value = {
      csrfToken,
      iconsUrl: assets.urls.icons,
      now: clock.now(),
      timeZone,
      publicUrl: addressFor(request, options.publicUrl),
      once,
    };
    return <PageContextProvider value={value}>{body}</PageContextProvider>;
  }

  function send(body: VNode, status: number, response: Response): void {
    response.status(status).type('text/html').send(renderToString(body));
  }

  function sendPage(
    page: { title: string; section: string; body: VNode; status: number },
    request: Request,
    response: Response,
    left: Left,
  ): void {
    const csrfToken = options.csrfTokenOf(request, response);
    const model: LayoutModel = {
      title: page.title,
      section: page.section,
      theme: themeOf(request),
      assets: options.assets.urls,
      csrfToken,
      version: options.version,
      path: request.method === 'GET' ? request.originalUrl : '/',
      username: options.viewerOf(request)?.username,
      notice: left.notice,
    };
    const whole = <Layout model={model}>{page.body}</Layout>;
    response
      .status(page.status)
      .type('text/html')
      .send(`<!doctype html>${renderToString(inContext(whole, request, csrfToken, left.once))}`);
  }

  function redirect(to: string, response: Response): void {
    if (response.req.get('hx-request') === 'true') {
      // Followed in the background, a 303 would bring the next page into the form.
      response.setHeader('HX-Redirect', to);
      response.status(204).end();
      return;
    }
    response.redirect(303, to);
  }

  return {
    redirect,
    async answer(answer, request, response) {
      switch (answer.kind) {
        case 'fragment':
          send(
            inContext(answer.body, request, options.csrfTokenOf(request, response), undefined),
            answer.status ?? 200,
            response,
          );
          return;
        case 'data':
          if (answer.value) response.json(answer.value);
          else response.status(204).end();
          return;
        case 'redirect':
          if (answer.notice !== undefined || answer.once) await options.flash.leave(request, answer);
          redirect(answer.to, response);
          return;
        case 'page': {
          const left = options.viewerOf(request) && request.method === 'GET' ? await options.flash.take(request) : {};
          sendPage({ ...answer, status: answer.status ?? 200 }, request, response, left);
        }
      }
    },
    error(error, request, response) {
      const page = { title: error.status === 404 ? 'Not found' : 'Not done', section: 'none', status: error.status };
      if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', Math.ceil(error.retryAfterSeconds));
      const body = <ErrorView status={error.status} detail={error.detail} />;
      sendPage({ ...page, body }, request, response, {});
    },
  };
}

/** Where callers reach this server: as it was set, or where this browser has reached it when nothing was. */
function addressFor(request: Request, publicUrl: string): string {
  return new URL(publicUrl).hostname === 'localhost' ? `${request.protocol}://${request.host}` : publicUrl;
}
