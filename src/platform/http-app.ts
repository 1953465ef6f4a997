import express, {
  Router,
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Caller } from './caller.ts';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';
import { asAnswerable, internalCode, malformedUrl, problemOf } from './problem.ts';
import type { RequestContext, RequestTracking } from './request-tracking.ts';
import type { Route } from './route.ts';
import { crossOrigin, securityHeaders } from './security-headers.ts';

/** What people see in a browser, beside the routes. */
export interface Pages {
  /** Scripts, styles and the like, asked for what is not under /api, without our limits. */
  assets: RequestHandler;
  /** Asked after the request was identified; calls `next` for what it does not know. */
  pages: RequestHandler;
  /** Answers an error of a request that wanted a page; false when it did not. */
  sendErrorPage(error: unknown, request: Request, response: Response): boolean;
}

export interface HttpAppOptions {
  routes: readonly Route[];
  handlerOf: (route: Route) => (request: Request, response: Response, context: RequestContext) => Promise<void>;
  identify: (request: Request, response: Response) => Promise<Caller>;
  tracking: RequestTracking;
  trustProxyHops: number;
  corsOrigins: readonly string[];
  publicUrl: string;
  log: Log;
  clock: Clock;
  pages?: Pages | undefined;
}

/** `/accounts/:id/qr` -> `010`: sorted by it, fixed segments come before parameters, so `/accounts/export` is no id. */
function shapeOf({ path }: Route): string {
  const segments = path.split('/').slice(1);
  return segments.map((segment) => (segment.startsWith(':') ? '1' : '0')).join('');
}

function allowedMethods(routes: readonly Route[], path: string): string {
  const shape = (each: string): string => each.replaceAll(/:\w+/g, ':');
  const methods = routes.filter((route) => shape(route.path) === shape(path)).map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ');
}

function refuseMethod(allow: string): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', allow);
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    throw new AppError('route.method_not_allowed', { status: 405, detail: `Here you can use ${allow}.` });
  };
}

function routerOf(routes: readonly Route[], options: HttpAppOptions): Router {
  const router = Router();
  const sorted = [...routes].sort((left, right) => shapeOf(left).localeCompare(shapeOf(right)));
  const seen = new Set<string>();
  for (const route of sorted) {
    const label = `${route.method} ${route.path.replaceAll(/:\w+/g, ':')}`;
    if (seen.has(label)) throw new Error(`Route ${route.method} ${route.path} is defined twice`);
    seen.add(label);
    const run = options.handlerOf(route);
    const method = route.method.toLowerCase() as Lowercase<typeof route.method>;
    router[method](route.path, (request, response) => run(request, response, options.tracking.contextOf(response)));
  }
  for (const path of new Set(sorted.map((route) => route.path))) {
    router.all(path, refuseMethod(allowedMethods(sorted, path)));
  }
  return router;
}

const notFound: RequestHandler = (request) => {
  throw new AppError('route.not_found', {
    status: 404,
    detail: `There is nothing at ${request.originalUrl.split('?', 1)[0]}.`,
  });
};

function requireDecodable(request: Request, _response: Response, next: NextFunction): void {
  try {
    decodeURIComponent(request.url);
  } catch {
    throw malformedUrl();
  }
  next();
}

const drainMs = 10_000;

/** Reads off what the client still sends, so that it comes to read the answer; cuts the connection when that takes long. */
function drain(request: Request, clock: Clock): void {
  if (request.complete) return;
  const ended = new AbortController();
  request.once('close', () => ended.abort());
  request.resume();
  clock.sleep(drainMs, ended.signal).then(
    () => request.socket.destroy(),
    () => undefined,
  );
}

function sendProblem(error: unknown, request: Request, response: Response, options: HttpAppOptions): void {
  const { requestId } = options.tracking.contextOf(response);
  const answerable = asAnswerable(error);
  if (answerable.code === internalCode) {
    options.log.error('A request failed unexpectedly', { method: request.method, path: request.path, error });
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retryAfterSeconds = answerable.retryAfterSeconds ?? (answerable.status === 503 ? 2 : undefined);
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterSeconds));
  if (answerable.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (answerable.status === 408) response.setHeader('Connection', 'close');
  drain(request, options.clock);
  response
    .status(answerable.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemOf(answerable, requestId, options.publicUrl)));
}

async function identifyAndGoOn(
  request: Request,
  response: Response,
  next: NextFunction,
  { identify, tracking }: HttpAppOptions,
): Promise<void> {
  tracking.contextOf(response).caller = await identify(request, response);
  next();
}

/** The Express application: the order of its parts is the order in which a request meets them. */
export function createHttpApp(options: HttpAppOptions): Express {
  const { routes, tracking } = options;
  const isExempt = (route: Route): boolean => route.root === true && route.rate === 'exempt';
  const identified: RequestHandler = (request, response, next) => identifyAndGoOn(request, response, next, options);
  const api = routerOf(
    routes.filter((route) => !route.root),
    options,
  );
  const neverCached: RequestHandler = (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  };

  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.set('trust proxy', options.trustProxyHops);
  app.use((request, response, next) => tracking.open(request, response, next));
  app.use(securityHeaders(options.publicUrl.startsWith('https:')), crossOrigin(options.corsOrigins), requireDecodable);
  app.use(routerOf(routes.filter(isExempt), options));
  app.use(['/api/v1', '/api'], neverCached);
  for (const mount of ['/api/v1', '/api']) app.use(mount, identified, api, notFound);
  if (options.pages) app.use(options.pages.assets);
  app.use(
    identified,
    routerOf(
      routes.filter((route) => route.root && !isExempt(route)),
      options,
    ),
  );
  if (options.pages) app.use(options.pages.pages);
  app.use(notFound);
  // Express tells an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (!response.headersSent && options.pages?.sendErrorPage(error, request, response)) return;
    sendProblem(error, request, response, options);
  });
  return app;
}
