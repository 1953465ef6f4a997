import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Clock } from '../platform/clock.ts';
import type { EventBus } from '../platform/event-bus.ts';
import type { Service } from '../platform/lifecycle.ts';
import { errorMessage } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import { createFactGate } from './fact-gate.ts';

/** Something of a topic has changed. Browsers ask for what they show of it; nothing else ever goes over the socket. */
interface Fact {
  topic: string;
  kind: 'changed';
  /** Counts the facts of this process. */
  revision: number;
}

export interface LiveOptions {
  /** Known once the HTTP server exists. */
  server: () => HttpServer;
  events: EventBus;
  /** The session of a handshake; undefined refuses it. */
  sessionOf(cookie: string | undefined): Promise<{ sessionId: string } | undefined>;
  /** Which of these sessions still live. */
  alive(sessionIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether the handshake comes from a page of ours. */
  isOwnOrigin(request: IncomingMessage): boolean;
  version: string;
  /** Accounts about which another instance has published something. */
  publishedElsewhere(): Promise<readonly string[]>;
  /** How often the sessions of open sockets, and what other instances did, are looked at. */
  lookMs: number;
  /** At most one fact of a topic in this time. */
  gatherMs: number;
  clock: Clock;
  log: Log;
}

const topicShape = /^[a-z]{2,20}(:[\w.@-]{1,80})?$/;
const maxTopics = 600;
const maxFrameBytes = 50_000;
/** A page joins its topics within this time, or asks for everything anew (`public/js/live.ts`). */
const joinsWithinMs = 10_000;
const sessions = new WeakMap<IncomingMessage, string>();

/**
 * The Socket.IO side of the dashboard. A handshake without a session or from a foreign page is refused before it connects;
 * a socket ends when its session does.
 */
export function createLive(options: LiveOptions): Service {
  const { events, clock, log } = options;
  const stopping = new AbortController();
  const sessionOf = new Map<Socket, string>();
  let io: Server | undefined;
  let looking: Promise<void> | undefined;
  let revision = 0;
  /** When topics last changed, in ms: a page that was made before and joins now has missed it. */
  const changedAt = new Map<string, number>();

  const gate = createFactGate(options.gatherMs, clock, (topic) => {
    revision += 1;
    io?.to(topic).emit('fact', { topic, kind: 'changed', revision } satisfies Fact);
  });

  function announced(topic: string): void {
    const topics = [topic, ...widerTopics(topic)];
    for (const each of topics) changedAt.set(each, clock.now().getTime());
    if (sessionOf.size === 0) return;
    if (topic === 'sessions') void checkSessions();
    for (const each of topics) gate.open(each);
  }

  function tellWhatWasMissed(socket: Socket, topics: readonly string[]): void {
    const now = clock.now().getTime();
    for (const topic of topics) {
      if (now - (changedAt.get(topic) ?? -Infinity) > joinsWithinMs) continue;
      revision += 1;
      socket.emit('fact', { topic, kind: 'changed', revision } satisfies Fact);
    }
  }

  function forgetOldChanges(): void {
    const now = clock.now().getTime();
    for (const [topic, at] of changedAt) if (now - at > joinsWithinMs) changedAt.delete(topic);
  }

  async function allow(request: IncomingMessage): Promise<boolean> {
    if (!options.isOwnOrigin(request)) return false;
    const session = await options.sessionOf(request.headers.cookie);
    if (session) sessions.set(request, session.sessionId);
    return session !== undefined;
  }

  function connected(socket: Socket): void {
    const sessionId = sessions.get(socket.request);
    if (sessionId === undefined) {
      socket.disconnect(true);
      return;
    }
    sessionOf.set(socket, sessionId);
    socket.emit('hello', { version: options.version });
    socket.on('join', (wish: unknown) => tellWhatWasMissed(socket, changeTopics(socket, wish)));
    socket.on('disconnect', () => sessionOf.delete(socket));
  }

  async function checkSessions(): Promise<void> {
    if (sessionOf.size === 0) return;
    try {
      const alive = await options.alive([...new Set(sessionOf.values())]);
      for (const [socket, sessionId] of sessionOf) if (!alive.has(sessionId)) signOut(socket);
    } catch (error) {
      log.warn('The sessions of open pages could not be looked at', { reason: errorMessage(error) });
    }
  }

  /** In this process it was announced at once; of what another one did the database tells. */
  async function lookElsewhere(): Promise<void> {
    if (sessionOf.size === 0) return;
    try {
      const accountIds = await options.publishedElsewhere();
      if (accountIds.length > 0) announced('roster');
      for (const accountId of accountIds) {
        announced(`account:${accountId}`);
        announced(`messages:${accountId}`);
        announced(`webhooks:${accountId}`);
      }
    } catch (error) {
      log.warn('What other instances did could not be looked at', { reason: errorMessage(error) });
    }
  }

  async function lookAgainAndAgain(): Promise<void> {
    while (!stopping.signal.aborted) {
      await checkSessions();
      await lookElsewhere();
      forgetOldChanges();
      await clock.sleep(options.lookMs, stopping.signal).catch(() => undefined);
    }
  }

  return {
    name: 'live',
    start() {
      io = new Server(options.server(), {
        transports: ['websocket'],
        serveClient: false,
        maxHttpBufferSize: maxFrameBytes,
        allowRequest: (request, answer) => {
          allow(request).then(
            (allowed) => answer(allowed ? null : 'Sign in first', allowed),
            () => answer('The server cannot check the session', false),
          );
        },
      });
      io.on('connection', connected);
      events.listenToAll(announced, stopping.signal);
      looking = lookAgainAndAgain();
      return Promise.resolve();
    },
    async stop() {
      stopping.abort(new Error('The server is stopping'));
      gate.close();
      // Its own `close` would also close the HTTP server, which ends by itself and later.
      io?.disconnectSockets(true);
      io?.engine.close();
      await looking;
    },
  };
}

function signOut(socket: Socket): void {
  socket.emit('signed-out');
  socket.disconnect(true);
}

const widerOf: Readonly<Record<string, (id: string) => string[]>> = {
  account: () => ['accounts'],
  messages: () => ['traffic'],
  webhook: () => ['webhooks'],
  webhooks: () => ['webhooks'],
  // What was put down for a webhook and waits.
  'webhook-deliveries': (id) => [`webhook:${id}`, 'webhooks'],
};

/** Lists show something of every account. */
function widerTopics(topic: string): string[] {
  const [kind = '', id = ''] = topic.split(':');
  return widerOf[kind]?.(id) ?? [];
}

/** Returns those that it has joined now. */
function changeTopics(socket: Socket, wish: unknown): string[] {
  const { join, leave } = (typeof wish === 'object' && wish !== null ? wish : {}) as {
    join?: unknown;
    leave?: unknown;
  };
  for (const topic of topicsIn(leave)) void socket.leave(topic);
  const joined = topicsIn(join).slice(0, Math.max(0, maxTopics - socket.rooms.size));
  for (const topic of joined) void socket.join(topic);
  return joined;
}

function topicsIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, maxTopics)
    .filter((topic): topic is string => typeof topic === 'string' && topicShape.test(topic));
}
