import type { Readable } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import { endsWithin } from '../../platform/clock.ts';
import { isAppError } from '../../platform/errors.ts';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import { signatureHeaders } from './signature.ts';
import type { Outcome } from './verdict.ts';

/** One POST of a delivery. */
export interface DeliveryRequest {
  url: string;
  /** The webhook's own; what every delivery carries goes before them. */
  headers: Readonly<Record<string, string>>;
  /** The newest first. */
  secrets: readonly [string, ...string[]];
  eventId: string;
  event: string;
  /** 1 for the first attempt. */
  number: number;
  body: string;
  timeoutSeconds: number;
}

export interface Attempted {
  at: Date;
  durationMs: number;
  outcome: Outcome;
  /** Of the answer, by lower-case name. */
  headers: ReadonlyMap<string, string>;
  /** The first 16 kB of the answer; empty without one. */
  answer: string;
}

export interface AttemptOptions {
  http: OutboundHttp;
  clock: Clock;
}

const connectTimeoutMs = 3_000;
const mostAnswerBytes = 16_000;
/** The status decides; what else an endpoint says must not keep its place from the next delivery. */
const answerPatienceMs = 2_000;

/** Rejects only with the signal's reason. */
export async function attempt(
  request: DeliveryRequest,
  { http, clock }: AttemptOptions,
  signal: AbortSignal,
): Promise<Attempted> {
  const at = clock.now();
  const beganMs = clock.monotonicMs();
  const ended = (outcome: Outcome, headers: ReadonlyMap<string, string>, answer: string): Attempted => {
    return { at, durationMs: Math.round(clock.monotonicMs() - beganMs), outcome, headers, answer };
  };
  const totalTimeoutMs = request.timeoutSeconds * 1_000;
  try {
    const { status, headers, body } = await http.request(request.url, {
      method: 'POST',
      headers: headersOf(request, Math.floor(at.getTime() / 1_000)),
      body: request.body,
      connectTimeoutMs: Math.min(connectTimeoutMs, totalTimeoutMs),
      idleTimeoutMs: totalTimeoutMs,
      totalTimeoutMs,
      maxBodyBytes: mostAnswerBytes,
      whenTooLarge: 'cut',
      signal,
    });
    const answer = await beginningOf(body, clock);
    return ended({ kind: 'answered', status, retryAfter: headers.get('retry-after') }, headers, answer);
  } catch (error) {
    if (signal.aborted) throw error;
    if (!isAppError(error)) throw error;
    return ended({ kind: 'unanswered', error: error.detail ?? error.code }, new Map(), '');
  }
}

function headersOf(request: DeliveryRequest, timestampSeconds: number): Record<string, string> {
  const { eventId: id, event, number, body, secrets } = request;
  return {
    ...request.headers,
    'Content-Type': 'application/json',
    ...signatureHeaders({ id, timestampSeconds, body, secrets }),
    'X-Webhook-Event': event,
    'X-Webhook-Attempt': String(number),
  };
}

/** What has come of it by the end, by an error or when the patience is over. */
async function beginningOf(body: Readable, clock: Clock): Promise<string> {
  const chunks: Buffer[] = [];
  const reading = (async () => {
    for await (const chunk of body) chunks.push(chunk as Buffer);
  })().catch(() => undefined);
  await endsWithin(clock, answerPatienceMs, reading);
  body.destroy();
  // Postgres stores no NUL.
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '\uFFFD');
}
