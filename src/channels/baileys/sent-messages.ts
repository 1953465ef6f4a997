import { proto } from '@whiskeysockets/baileys';
import type { SentMessageLookup } from '../channel.ts';

/** Answers a device that could not decrypt and asks again; a miss is undefined, never an empty text. */
export type SentMessages = (remoteId: string) => Promise<proto.IMessage | undefined>;

export function createSentMessages(lookup: SentMessageLookup): SentMessages {
  return async (remoteId) => {
    const { text = null, original = null } = (await lookup(remoteId)) ?? {};
    if (original) return proto.WebMessageInfo.decode(original).message ?? undefined;
    return text === null ? undefined : proto.Message.fromObject({ extendedTextMessage: { text } });
  };
}
