import type { AnyMessageContent, WAMessageKey } from '@whiskeysockets/baileys';
import { chatTypeOf } from '../address.ts';
import type { ActTarget, OutgoingAct } from '../content.ts';

/** How a group names its members. */
export type Addressing = 'pn' | 'lid';

/** What `sendMessage` takes to do something to a message of this chat. */
export function actToBaileys(chat: string, act: OutgoingAct, addressing: Addressing): AnyMessageContent {
  const key = keyOf(chat, act.target, addressing);
  switch (act.type) {
    case 'reaction':
      return { react: { text: act.emoji, key } };
    case 'edit':
      return { text: act.text, linkPreview: null, edit: key };
    case 'deletion':
      return { delete: key };
  }
}

/** As the chat's members know the message: in a group with who wrote it, under the address that the group uses. */
function keyOf(chat: string, { remoteId: id, fromMe, from, fromLid }: ActTarget, addressing: Addressing): WAMessageKey {
  const isOthersInGroup = chatTypeOf(chat) === 'group' && !fromMe;
  const participant = addressing === 'lid' && fromLid !== null ? fromLid : from;
  return { remoteJid: chat, id, fromMe, ...(isOthersInGroup && { participant }) };
}
