import { beforeEach, expect, test, vi } from 'vitest';
import { createAcknowledgements } from './acknowledgements.ts';

const patient = new AbortController().signal;
const long = { timeoutMs: 60_000, signal: patient };
let acknowledgements: ReturnType<typeof createAcknowledgements>;
beforeEach(() => (acknowledgements = createAcknowledgements()));

test('a confirmation resolves the one that waits for this id', async () => {
  const first = acknowledgements.expect('A', long);
  const second = acknowledgements.expect('B', { ...long, timeoutMs: 5 });
  acknowledgements.settle('A', undefined);
  acknowledgements.settle('C', undefined);
  await first.confirmed;
  await expect(second.confirmed).rejects.toMatchObject({ code: 'channel.unconfirmed', retryable: true });
});

test.each([
  ['463', /new chats/],
  ['475', /limit on new chats/],
  ['479', /malformed/],
  ['500', /code 500/],
])('the error %s is a refusal for good', async (code, words) => {
  const { confirmed } = acknowledgements.expect('A', long);
  acknowledgements.settle('A', code);
  await expect(confirmed).rejects.toMatchObject({
    code: `whatsapp.refused_${code}`,
    retryable: false,
    detail: expect.stringMatching(words) as string,
  });
});

test('when the line goes every result is unknown', async () => {
  const waiting = ['A', 'B'].map((id) => acknowledgements.expect(id, long).confirmed);
  acknowledgements.abandon('The line closed');
  for (const confirmed of waiting) {
    await expect(confirmed).rejects.toMatchObject({ code: 'channel.disconnected', retryable: true });
  }
});

test('a caller that gives up, before or during the wait, does not know the result', async () => {
  const caller = new AbortController();
  const during = acknowledgements.expect('A', { ...long, signal: caller.signal }).confirmed;
  caller.abort();
  const before = acknowledgements.expect('B', { ...long, signal: caller.signal }).confirmed;
  for (const confirmed of [during, before]) {
    await expect(confirmed).rejects.toMatchObject({ code: 'channel.stopped', retryable: true });
  }
});

test('an earlier try that runs out does not take the confirmation of a later one', async () => {
  const early = acknowledgements.expect('A', { ...long, timeoutMs: 5 });
  const late = acknowledgements.expect('A', long);
  await expect(early.confirmed).rejects.toMatchObject({ code: 'channel.unconfirmed' });
  early.cancel();
  acknowledgements.settle('A', undefined);
  await late.confirmed;
});

test('a cancelled one leaves no timer and no listener', () => {
  vi.useFakeTimers();
  try {
    const caller = new AbortController();
    const removed = vi.spyOn(caller.signal, 'removeEventListener');
    acknowledgements.expect('A', { ...long, signal: caller.signal }).cancel();
    expect(vi.getTimerCount()).toBe(0);
    expect(removed).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});
