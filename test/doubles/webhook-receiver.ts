import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { startTarget } from './target-server.ts';
import { waitFor } from './wait-for.ts';
import { type Answer, giveAnswer } from './webhook-answers.ts';
import { signatureFault, type SignedRequest } from './webhook-signatures.ts';

export interface ReceivedDelivery extends SignedRequest {
  readonly path: string;
  readonly method: string;
  /** When its head was here, by the monotonic clock that all processes of the machine share. */
  readonly atMs: number;
  /** Absent while it is being answered; `cut` when the other side left before all was said. */
  readonly ended: 'whole' | 'cut' | undefined;
  /** Of the answer, head included, that left for the other side; what the system holds for it counts. */
  readonly answeredBytes: number;
}

export interface Refusal {
  readonly path: string;
  readonly id: string | undefined;
  readonly reason: string;
}

/** What to answer, or how to find out, so that a test can hold an answer back. */
export type ScriptedAnswer = Answer | ((delivery: ReceivedDelivery) => Promise<Answer>);
type Script = readonly [ScriptedAnswer, ...ScriptedAnswer[]];

export interface Endpoint {
  readonly url: string;
  readonly deliveries: readonly ReceivedDelivery[];
  /** The most that were ever open at a time. */
  readonly mostAtOnce: number;
  /** From now on these in order, the last of them again and again. */
  answer(...script: Script): void;
  /**
   * Every delivery, also those that are here already, must be signed with one of these secrets in all of its headers, at
   * most five minutes from `now`.
   */
  verifyWith(secrets: readonly string[], now?: () => Date): void;
  /** Resolves once as many are here. */
  waitFor(count: number): Promise<readonly ReceivedDelivery[]>;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Connections that were ever made to it. */
  readonly connections: number;
  /** Those of them that are open. */
  readonly open: number;
  /** Those of all paths, in the order in which they were here with their last byte. */
  readonly deliveries: readonly ReceivedDelivery[];
  /** The most that were ever open at a time. */
  readonly mostAtOnce: number;
  /** What stands at a path from now on; 200 without a script. Other paths answer 404. */
  endpoint(path: string, ...script: readonly ScriptedAnswer[]): Endpoint;
  waitFor(count: number): Promise<readonly ReceivedDelivery[]>;
  /** Deliveries that one of the official verifiers does not accept. */
  refused(): Promise<readonly Refusal[]>;
  stop(): Promise<void>;
}

/** As in `process.hrtime`: other than that of `performance`, it has the same origin in every process. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A server that takes webhooks, keeps them to the byte and answers as each test wants. */
export async function startWebhookReceiver(host = '127.0.0.1'): Promise<WebhookReceiver> {
  const endpoints = new Map<string, PlayedEndpoint>();
  const everything = createTally();
  const checks: Checks = [];

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = monotonicMs();
    const path = request.url ?? '';
    const endpoint = endpoints.get(path) ?? addEndpoint(path, [404]);
    const tallies = [everything, endpoint.tally];
    for (const tally of tallies) tally.enter();
    try {
      const body = await buffer(request);
      const delivery = newDelivery(request, { path, atMs, body });
      for (const tally of tallies) tally.deliveries.push(delivery);
      endpoint.verify(delivery);
      const next = endpoint.nextAnswer();
      const answer = typeof next === 'function' ? await next(delivery) : next;
      delivery.ended = (await giveAnswer(answer, response)) ? 'whole' : 'cut';
    } finally {
      for (const tally of tallies) tally.leave();
    }
  }

  const server = await startTarget((request, response) => {
    // Whoever leaves in the middle of a request has delivered nothing.
    take(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  }, host);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`;

  function addEndpoint(path: string, script: Script): PlayedEndpoint {
    const endpoint = playEndpoint(url + path, script, checks);
    endpoints.set(path, endpoint);
    return endpoint;
  }

  return {
    url,
    get connections() {
      return server.connections;
    },
    get open() {
      return server.open;
    },
    deliveries: everything.deliveries,
    get mostAtOnce() {
      return everything.mostAtOnce;
    },
    endpoint: (path, first = 200, ...others) => addEndpoint(path, [first, ...others]),
    waitFor: (count) => everything.waitFor(count),
    refused: async () => (await Promise.all(checks)).flat(),
    stop: () => server.stop(),
  };
}

interface Tally {
  readonly deliveries: ReceivedDelivery[];
  readonly mostAtOnce: number;
  enter(): void;
  leave(): void;
  waitFor(count: number): Promise<readonly ReceivedDelivery[]>;
}

function createTally(): Tally {
  const deliveries: ReceivedDelivery[] = [];
  let open = 0;
  let mostAtOnce = 0;
  return {
    deliveries,
    get mostAtOnce() {
      return mostAtOnce;
    },
    enter() {
      open += 1;
      mostAtOnce = Math.max(mostAtOnce, open);
    },
    leave() {
      open -= 1;
    },
    async waitFor(count) {
      await waitFor(() => deliveries.length >= count);
      return deliveries;
    },
  };
}

interface PlayedEndpoint extends Endpoint {
  readonly tally: Tally;
  nextAnswer(): ScriptedAnswer;
  verify(delivery: ReceivedDelivery): void;
}

/** Of each delivery what is said against it, in the order in which they came. */
type Checks = Promise<readonly Refusal[]>[];

function playEndpoint(url: string, script: Script, checks: Checks): PlayedEndpoint {
  const tally = createTally();
  let [current, ...following]: readonly [ScriptedAnswer, ...ScriptedAnswer[]] = script;
  let verifier: ((delivery: ReceivedDelivery) => Promise<readonly Refusal[]>) | undefined;
  const endpoint: PlayedEndpoint = {
    url,
    tally,
    deliveries: tally.deliveries,
    get mostAtOnce() {
      return tally.mostAtOnce;
    },
    answer(first, ...others) {
      current = first;
      following = others;
    },
    nextAnswer() {
      const answer = current;
      current = following.shift() ?? current;
      return answer;
    },
    verifyWith(secrets, now = () => new Date()) {
      const isFirst = verifier === undefined;
      verifier = (delivery) => refusalsOf(delivery, secrets, now());
      if (isFirst) for (const delivery of tally.deliveries) endpoint.verify(delivery);
    },
    verify(delivery) {
      if (verifier) checks.push(verifier(delivery));
    },
    waitFor: (count) => tally.waitFor(count),
  };
  return endpoint;
}

async function refusalsOf(
  delivery: ReceivedDelivery,
  secrets: readonly string[],
  now: Date,
): Promise<readonly Refusal[]> {
  const faults = await Promise.all(secrets.map(async (secret) => signatureFault(secret, delivery, now)));
  if (faults.includes(undefined)) return [];
  const { path, headers } = delivery;
  return [{ path, id: headers['webhook-id'], reason: faults.join('; ') }];
}

type Mutable<T> = { -readonly [name in keyof T]: T[name] };

function newDelivery(
  request: IncomingMessage,
  known: { path: string; atMs: number; body: Buffer },
): Mutable<ReceivedDelivery> {
  const { socket, method = '', headers } = request;
  const before = socket.bytesWritten;
  return {
    ...known,
    method,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ended: undefined,
    get answeredBytes() {
      return socket.bytesWritten - before;
    },
  };
}
