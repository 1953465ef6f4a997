import { expect, test } from 'vitest';
import { chanceOf, typingMs } from './pacing.ts';

test('typing takes between one and eight seconds, in proportion to the text, and none where it is off', () => {
  expect([1, 10, 100, 1_000].map((characters) => typingMs(1_500, characters))).toEqual([1_540, 1_900, 5_500, 8_000]);
  expect(typingMs(1, 1)).toBe(1_000);
  expect(typingMs(0, 100)).toBe(0);
});

test('what looks like chance is spread evenly, and the same each time', () => {
  const chances = Array.from({ length: 10_000 }, (_, index) => chanceOf(`msg_${index}`, 'jitter'));
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    chances.filter((chance) => Math.floor(chance * 10) === tenth),
  );
  for (const each of tenths) expect(each.length).toBeGreaterThan(800);
  expect(chances.every((chance) => chance >= 0 && chance < 1)).toBe(true);
  expect(chanceOf('msg_1', 'jitter')).toBe(chances[1]);
  expect(chanceOf('msg_1', 'pause')).not.toBe(chances[1]);
});
