import { expect, test } from 'vitest';
import {
  afterClose as decide,
  type CloseCause,
  type Disposition,
  type History,
  whatsappDelays,
} from './disconnects.ts';

const afterClose = (cause: CloseCause, history: History): Disposition => decide(cause, history, whatsappDelays);
const code = (value: number): CloseCause => ({ kind: 'code', code: value, detail: '' });
const first = { failures: 1, replacements: 0 };
const reconnect = (reason: string, minimumMs: number, maximumMs: number, countsAsFailure = true): Disposition => ({
  kind: 'reconnect',
  reason,
  minimumMs,
  maximumMs,
  countsAsFailure,
});

test.each<[string, CloseCause, { failures: number; replacements: number }, Disposition]>([
  ['515 restarts at once and counts no failure', code(515), first, reconnect('restart_required', 0, 0, false)],
  ['401 needs a new link', code(401), first, { kind: 'needs-login', reason: 'logged_out' }],
  ['403 needs a new link', code(403), first, { kind: 'needs-login', reason: 'account_locked' }],
  ['406 needs a new link', code(406), first, { kind: 'needs-login', reason: 'account_banned' }],
  ['402 stops and keeps the keys', code(402), first, { kind: 'failed', reason: 'temporarily_banned' }],
  ['405 waits a little more than five minutes', code(405), first, reconnect('client_outdated', 330_000, 330_000)],
  ['408 backs off', code(408), first, reconnect('timed_out', 0, 1_000)],
  ['428 backs off', code(428), { failures: 4, replacements: 0 }, reconnect('connection_lost', 0, 8_000)],
  [
    '428 backs off a minute at most',
    code(428),
    { failures: 40, replacements: 0 },
    reconnect('connection_lost', 0, 60_000),
  ],
  ['503 waits at least five seconds', code(503), first, reconnect('unavailable', 5_000, 5_000)],
  ['440 tries again after 30 s', code(440), { failures: 3, replacements: 3 }, reconnect('replaced', 30_000, 30_000)],
  [
    '440 gives up after three tries',
    code(440),
    { failures: 4, replacements: 4 },
    { kind: 'failed', reason: 'replaced' },
  ],
  ['500 keeps trying', code(500), { failures: 4, replacements: 0 }, reconnect('bad_session', 0, 8_000)],
  [
    '500 gives up at the fifth, keys kept',
    code(500),
    { failures: 5, replacements: 0 },
    { kind: 'failed', reason: 'bad_session' },
  ],
  ['an unknown code is a 500', code(599), first, reconnect('bad_session', 0, 1_000)],
  ['used-up codes stop', { kind: 'qr-exhausted' }, first, { kind: 'failed', reason: 'qr_timeout' }],
  ['a foreign certificate stops', { kind: 'certificate' }, first, { kind: 'failed', reason: 'certificate_refused' }],
  [
    'a refused upgrade backs off',
    { kind: 'upgrade-refused', status: 503 },
    first,
    reconnect('upgrade_refused_503', 5_000, 5_000),
  ],
  ['a dial without an answer backs off', { kind: 'connect-timeout' }, first, reconnect('connect_timeout', 0, 1_000)],
  ['a silent line backs off', { kind: 'silent' }, first, reconnect('silent_line', 0, 1_000)],
  ['a stall after login backs off', { kind: 'stalled' }, first, reconnect('stalled_after_login', 0, 1_000)],
  [
    'sends without a confirmation back off',
    { kind: 'unconfirmed-sends' },
    first,
    reconnect('sends_unconfirmed', 0, 1_000),
  ],
  ['a crash backs off', { kind: 'crashed', detail: '' }, first, reconnect('crashed', 0, 1_000)],
])('%s', (_name, cause, history, expected) => {
  expect(afterClose(cause, history)).toEqual(expected);
});

test.each([409, 411, 413, 414, 415, 418, 419])('%i is tried three times, then stops with the keys kept', (value) => {
  expect(afterClose(code(value), { failures: 2, replacements: 0 }).kind).toBe('reconnect');
  expect(afterClose(code(value), { failures: 3, replacements: 0 })).toEqual({
    kind: 'failed',
    reason: `refused_${value}`,
  });
});

test('no code but 401, 403 and 406 removes the keys', () => {
  for (let value = 400; value < 600; value += 1) {
    const removes = afterClose(code(value), first).kind === 'needs-login';
    expect(removes, String(value)).toBe([401, 403, 406].includes(value));
  }
});
