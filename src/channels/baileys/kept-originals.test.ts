import { proto } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { translateOriginal } from './kept-originals.ts';

test('what was kept says or does something, or cannot be translated', () => {
  const kept = (message: proto.IMessage) =>
    translateOriginal(
      proto.WebMessageInfo.encode(
        proto.WebMessageInfo.fromObject({ key: { id: '1' }, message, messageTimestamp: 1_700_000_000 }),
      ).finish(),
    );
  expect(kept({ conversation: 'hello' })).toMatchObject({ content: { type: 'text', text: 'hello' } });
  expect(kept({ reactionMessage: { key: { id: 'TARGET' }, text: '👍' } })).toMatchObject({
    targetId: 'TARGET',
    act: { kind: 'reaction', emoji: '👍' },
  });
  expect(kept({ orderMessage: { orderId: '1' } })).toBeUndefined();
});
