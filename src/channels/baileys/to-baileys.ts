import { type AnyMessageContent, proto } from '@whiskeysockets/baileys';
import type { OutgoingContent } from '../content.ts';

/** What `sendMessage` takes. A link preview would fetch addresses that customers wrote, so there is none. */
export function toBaileys(content: OutgoingContent): AnyMessageContent {
  switch (content.type) {
    case 'text':
      return { text: content.text, linkPreview: null };
  }
}

/** The message as Baileys asks for it when a device could not decrypt and wants it again. */
export function toProtoMessage(content: OutgoingContent): proto.IMessage {
  switch (content.type) {
    case 'text':
      return proto.Message.fromObject({ extendedTextMessage: { text: content.text } });
  }
}
