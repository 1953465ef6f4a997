import { afterEach, expect, test, vi } from 'vitest';
import { createConversation, type End, type Keep, type Letter } from '../../../test/doubles/signal-conversation.ts';
import { pruned, withoutVainSteps } from './session-records.ts';

const stock: Keep = (next) => next;
const onlyPruned: Keep = (next) => pruned(next);
const onlyWithoutVainSteps: Keep = (next, previous) => (previous ? withoutVainSteps(previous, next) : next);
const ours: Keep = (next, previous) => pruned(onlyWithoutVainSteps(next, previous));

const seeds = Array.from({ length: 5 }, (_, index) => index + 1);

afterEach(() => {
  vi.useRealTimers();
});

/** Numbers from 0 to 1, the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Outcome {
  text: string;
  read: string | undefined;
  again: boolean;
}

/** Messages both ways that come late, twice or never, the same for the same seed. `sessions` are begun on the way. */
async function talk(seed: number, keep: Keep, options: { sessions: number; stepMs: number }): Promise<Outcome[]> {
  vi.useFakeTimers({ toFake: ['Date'] });
  const random = numbersFrom(seed);
  const conversation = createConversation(`talk ${seed}`, keep);
  const outcomes: Outcome[] = [];
  const underWay: { letter: Letter; text: string }[] = [];
  const arrived: { letter: Letter; text: string }[] = [];
  const someEnd = (): End => (random() < 0.5 ? 'left' : 'right');
  const some = (most: number): number => Math.floor(random() * most);
  let begun = 1;

  async function arrives(index: number): Promise<void> {
    for (const each of underWay.splice(index, 1)) {
      outcomes.push({ text: each.text, read: await conversation.reads(each.letter), again: false });
      arrived.push(each);
    }
  }

  await conversation.begins('left');
  const first = await conversation.sends('left', 'first');
  await conversation.reads(first);
  for (let step = 0; step < 300; step += 1) {
    vi.setSystemTime(1_800_000_000_000 + step * options.stepMs);
    const choice = random();
    if (choice < 0.42) {
      const text = `message ${step}`;
      underWay.push({ letter: await conversation.sends(someEnd(), text), text });
    } else if (choice < 0.84) {
      await arrives(random() < 0.6 ? 0 : some(underWay.length));
    } else if (choice < 0.88) {
      underWay.splice(some(underWay.length), 1);
    } else if (choice < 0.97) {
      const each = arrived[some(arrived.length)];
      if (each) outcomes.push({ text: each.text, read: await conversation.reads(each.letter), again: true });
    } else if (begun < options.sessions) {
      begun += 1;
      await conversation.begins(someEnd());
    }
  }
  while (underWay.length > 0) await arrives(0);
  return outcomes;
}

const unread = (outcomes: readonly Outcome[]): Outcome[] =>
  outcomes.filter(({ text, read, again }) => read !== (again ? undefined : text));

test.each(seeds)('with one session all is read and refused as from the whole record (%i)', async (seed) => {
  const options = { sessions: 1, stepMs: 1 };
  const whole = await talk(seed, stock, options);
  expect(unread(whole)).toEqual([]);
  expect(await talk(seed, onlyPruned, options)).toEqual(whole);
  expect(await talk(seed, ours, options)).toEqual(whole);
});

test.each([1, 0])('with three sessions every message is read once (%i ms between them)', async (stepMs) => {
  const options = { sessions: 3, stepMs };
  let missed = 0;
  for (const seed of seeds) {
    const outcomes = await talk(seed, ours, options);
    expect(unread(outcomes)).toEqual([]);
    expect(await talk(seed, onlyWithoutVainSteps, options)).toEqual(outcomes);
    missed += unread(await talk(seed, stock, options)).length;
  }
  expect(missed).toBeGreaterThan(0);
});

test.each([
  ['as libsignal stores it', stock, undefined],
  ['as we store it', ours, 'third'],
] as const)('a late message of the old session, and the next of the new one, %s', async (_name, keep, third) => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
  const conversation = createConversation('late', keep);
  await conversation.begins('left');
  expect(await conversation.reads(await conversation.sends('left', 'first'))).toBe('first');
  expect(await conversation.reads(await conversation.sends('right', 'answer'))).toBe('answer');
  const late = await conversation.sends('left', 'late');
  vi.advanceTimersByTime(1);
  await conversation.begins('left');
  expect(await conversation.reads(await conversation.sends('left', 'second'))).toBe('second');
  expect(await conversation.reads(await conversation.sends('right', 'answer'))).toBe('answer');
  expect(await conversation.reads(late)).toBe('late');
  expect(await conversation.reads(await conversation.sends('left', 'third'))).toBe(third);
  expect(await conversation.reads(await conversation.sends('right', 'back'))).toBe(third && 'back');
});

/** Bytes that one end stores after each turn. */
async function sizes(keep: Keep, turns: number): Promise<number[]> {
  const conversation = createConversation('long', keep);
  await conversation.begins('left');
  const all: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    for (const end of ['left', 'right'] as const) await conversation.reads(await conversation.sends(end, 'turn'));
    all.push(conversation.stored('right').length);
  }
  return all;
}

test('a record does not grow with the turns of a conversation', async () => {
  const kept = await sizes(ours, 300);
  expect(Math.max(...kept.slice(50))).toBe(kept[49]);
  const whole = await sizes(stock, 60);
  expect(whole[59]).toBeGreaterThan(3 * (kept[59] ?? 0));
});

test('of many closed sessions the two that were used last stay, with the open one', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
  const conversation = createConversation('many', ours);
  for (let session = 0; session < 10; session += 1) {
    vi.advanceTimersByTime(1);
    await conversation.begins('left');
    expect(await conversation.reads(await conversation.sends('left', 'hello'))).toBe('hello');
  }
  for (const end of ['left', 'right'] as const) {
    const { _sessions } = JSON.parse(conversation.stored(end)) as Parameters<typeof pruned>[0];
    const created = Object.values(_sessions).map(({ indexInfo }) => indexInfo.used - 1_800_000_000_000);
    expect(created).toEqual([8, 9, 10]);
    expect(Object.values(_sessions).filter(({ indexInfo }) => indexInfo.closed === -1)).toHaveLength(1);
  }
});

test('keys of messages still on their way stay, however long that takes', async () => {
  const conversation = createConversation('slow', ours);
  await conversation.begins('left');
  const slow: Letter[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    slow.push(await conversation.sends('left', `slow ${turn}`));
    for (const end of ['left', 'right'] as const) await conversation.reads(await conversation.sends(end, 'turn'));
  }
  for (const [turn, letter] of slow.entries()) expect(await conversation.reads(letter)).toBe(`slow ${turn}`);
});

test('what was stored before is not changed by what is stored after', async () => {
  const records: string[] = [];
  await talk(
    1,
    (next, previous) => {
      const texts = [JSON.stringify(next), JSON.stringify(previous)];
      const kept = ours(next, previous);
      expect([JSON.stringify(next), JSON.stringify(previous)]).toEqual(texts);
      records.push(JSON.stringify(kept));
      return kept;
    },
    { sessions: 3, stepMs: 1 },
  );
  expect(records.length).toBeGreaterThan(100);
});
