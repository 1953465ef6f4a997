import type { PhoneRecord } from './directory.ts';
import { plainMessage, type PhoneMessage } from './phone-message.ts';

const firstPerson = 9_997_000_000_000;
const minuteMs = 60_000;

/** Messages that a phone never saw, oldest first, one a minute, over so many chats, every third one its own. */
export function inventedPast(
  phone: Pick<PhoneRecord, 'jid'>,
  { chats, messages }: { chats: number; messages: number },
): readonly PhoneMessage[] {
  const now = Date.now();
  return Array.from({ length: messages }, (_, index) => {
    const chat = `${firstPerson + (index % chats)}@s.whatsapp.net`;
    const fromMe = index % 3 === 0;
    return plainMessage({
      id: `PAST${index.toString().padStart(12, '0')}`,
      chat,
      from: fromMe ? phone.jid : chat,
      fromMe,
      text: `An old message, number ${index}`,
      at: new Date(now - (messages - index) * minuteMs).toISOString(),
      status: 'read',
    });
  });
}
