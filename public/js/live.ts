import { io } from 'socket.io-client';
import { announce } from './announcer.ts';
import { leaveForLogin } from './drafts.ts';
import { createBudget } from './live-budget.ts';
import { showLink } from './live-pill.ts';

/** What the server says: something of this topic has changed. The page asks for what it shows of it. */
interface Fact {
  topic: string;
  kind: string;
  revision: number;
}

interface Hello {
  version: string;
}

const pollAfterMs = 30_000;
/** The server tells a page that joins what changed so recently, so that nothing is missed while it loads. */
const rememberedMs = 8_000;

/** Parts of the page with `data-live="topic …"` refetch themselves (`hx-trigger="live"`) when one of their topics moves. */
export function goLive(): void {
  const socket = io({ transports: ['websocket'], reconnectionDelay: 500, reconnectionDelayMax: 3_000 });
  const budget = createBudget(refetch);
  let joined = new Set<string>();
  let joinedOnce = false;
  let lostAt: number | undefined;
  let missedWhileHidden = false;

  function partsOf(topic?: string): HTMLElement[] {
    const parts = [...document.querySelectorAll<HTMLElement>('[data-live]')];
    return topic === undefined ? parts : parts.filter((part) => topicsOf(part).includes(topic));
  }

  function join(): void {
    const topics = new Set(partsOf().flatMap(topicsOf));
    const added = [...topics].filter((topic) => !joined.has(topic));
    const left = [...joined].filter((topic) => !topics.has(topic));
    joined = topics;
    if (socket.connected && (added.length > 0 || left.length > 0)) socket.emit('join', { join: added, leave: left });
  }

  /** Everything on the page anew: after a time in which facts could be missed. */
  function resync(): void {
    for (const part of partsOf()) refetch(part);
  }

  socket.on('connect', () => {
    const wasLost = lostAt !== undefined;
    const isLate = !joinedOnce && performance.now() > rememberedMs;
    joinedOnce = true;
    lostAt = undefined;
    joined = new Set();
    join();
    showLink({ kind: 'live' });
    if (isLate) resync();
    if (!wasLost) return;
    announce('Connected to the server again.');
    resync();
  });
  socket.on('hello', ({ version }: Hello) => {
    const outdated = document.getElementById('outdated');
    if (outdated) outdated.hidden = version === document.body.dataset['version'];
  });
  socket.on('fact', ({ topic }: Fact) => {
    if (document.hidden) {
      missedWhileHidden = true;
      return;
    }
    for (const part of partsOf(topic)) budget.take(part);
  });
  socket.on('signed-out', () => leaveForLogin());
  socket.on('disconnect', (reason) => {
    if (reason === 'io server disconnect') socket.connect();
    lose();
  });
  socket.on('connect_error', () => {
    lose();
    void askForSession();
    if (!socket.active) setTimeout(() => socket.connect(), 3_000);
  });

  function lose(): void {
    if (lostAt === undefined) announce('The connection to the server is lost. What you typed stays here.');
    lostAt ??= Date.now();
    const since = new Date(lostAt);
    showLink(Date.now() - lostAt > 5_000 ? { kind: 'offline', since } : { kind: 'reconnecting' });
  }

  // A refused socket does not say why; the server does.
  async function askForSession(): Promise<void> {
    try {
      const answer = await fetch('/ui/session', { headers: { 'X-Live': '1' } });
      if (answer.status === 401) leaveForLogin();
    } catch {
      // The server is away: the socket goes on trying.
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden || !missedWhileHidden) return;
    missedWhileHidden = false;
    resync();
  });
  document.addEventListener('htmx:after:swap', join);
  setInterval(() => {
    if (lostAt === undefined) return;
    lose();
    if (Date.now() - lostAt > pollAfterMs && !document.hidden) resync();
  }, pollAfterMs);
}

function topicsOf(part: HTMLElement): string[] {
  return (part.dataset['live'] ?? '').split(' ').filter((topic) => topic !== '');
}

function refetch(part: Element): void {
  if (!part.isConnected) return;
  if (isInUse(part)) whenLeft(part, () => refetch(part));
  else part.dispatchEvent(new CustomEvent('live'));
}

/** A part with `data-steady` moves its entries when it is replaced: not while somebody points at one or stands in one. */
function isInUse(part: Element): boolean {
  const hovers = matchMedia('(hover: hover)').matches && part.matches('[data-steady]:hover');
  return hovers || part.matches('[data-steady]:focus-within');
}

const awaited = new WeakSet<Element>();

function whenLeft(part: Element, then: () => void): void {
  if (awaited.has(part)) return;
  awaited.add(part);
  const left = new AbortController();
  const leave = (): void => {
    // Focus that goes on to the next link of the part has not arrived there yet.
    setTimeout(() => {
      if (isInUse(part)) return;
      left.abort();
      awaited.delete(part);
      then();
    });
  };
  for (const event of ['pointerleave', 'focusout']) part.addEventListener(event, leave, { signal: left.signal });
}
