import type { proto } from '@whiskeysockets/baileys';
import type { SentMessageLookup } from '../channel.ts';
import { toProtoMessage } from './to-baileys.ts';

/** Answers a device that could not decrypt and asks again; a miss is undefined, never an empty text. */
export type SentMessages = (remoteId: string) => Promise<proto.IMessage | undefined>;

export function createSentMessages(lookup: SentMessageLookup): SentMessages {
  return async (remoteId) => {
    const content = await lookup(remoteId);
    return content && toProtoMessage(content);
  };
}
