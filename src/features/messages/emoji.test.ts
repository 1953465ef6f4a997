import { expect, test } from 'vitest';
import { isEmoji } from './emoji.ts';

test.each(['👍', '❤', '❤️', '👍🏽', '👨‍👩‍👧‍👦', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🇩🇪', '1️⃣', '🏳️‍🌈', '🤷🏻‍♀️', '👩🏻‍❤️‍💋‍👩🏻', '👨‍🦰'])('%s is one', (text) => {
  expect(isEmoji(text)).toBe(true);
});

test.each([
  '',
  ' ',
  'a',
  '1',
  'ok',
  ':)',
  '👍👍',
  '👍 ',
  'a👍',
  '👍\u0301',
  '🇩',
  '\u200D',
  '👍\u200D',
  '\uFE0F',
  '👍\n',
])('%j is none', (text) => {
  expect(isEmoji(text)).toBe(false);
});
