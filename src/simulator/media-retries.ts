import { hkdfSync, randomBytes } from 'node:crypto';
import { aesDecryptGCM, aesEncryptGCM, proto, type BinaryNode } from '@whiskeysockets/baileys';
import type { DeviceAddress } from './addresses.ts';
import { normalizedPart } from './media-kinds.ts';
import type { Network, Phone } from './network.ts';
import type { Post } from './post.ts';
import { bytesOf, find, stanza, unixSeconds } from './stanza.ts';

const { ResultType } = proto.MediaRetryNotification;

function retryKey(mediaKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(32), 'WhatsApp Media Retry Notification', 32));
}

/** Whether what was asked was encrypted by somebody who has the file's key: `encryptMediaRetryRequest`. */
function isAskedRightly(receipt: BinaryNode, id: string, key: Buffer): boolean {
  const ciphertext = bytesOf(find(receipt, 'encrypt', 'enc_p'));
  const iv = bytesOf(find(receipt, 'encrypt', 'enc_iv'));
  if (!ciphertext || !iv) return false;
  try {
    return proto.ServerErrorReceipt.decode(aesDecryptGCM(ciphertext, key, iv, Buffer.from(id))).stanzaId === id;
  } catch {
    return false;
  }
}

/**
 * Answers a linked device that could not download a file any more: the phone publishes it again, or has it no more itself.
 * Both sides are in Baileys' `Utils/messages-media.js`.
 */
export function createMediaRetries(network: Network, post: Post) {
  const { addresses, media } = network;

  async function found(phone: Phone, receipt: BinaryNode, id: string): Promise<BinaryNode> {
    const shown = phone.chats.byId(id);
    const original = shown && phone.chats.original(shown);
    const part = original && normalizedPart(original);
    if (!part?.media.mediaKey) return stanza('error', { code: ResultType.NOT_FOUND.toString() });
    const key = retryKey(part.media.mediaKey);
    const isRight = isAskedRightly(receipt, id, key);
    const directPath = isRight ? await media.renew(part.media) : undefined;
    if (directPath !== undefined) {
      Object.assign(part.media, { directPath, url: media.url(directPath) });
      phone.chats.change(id, {}, original);
    }
    const failure = isRight ? ResultType.NOT_FOUND : ResultType.DECRYPTION_ERROR;
    const result = directPath === undefined ? failure : ResultType.SUCCESS;
    const notification = proto.MediaRetryNotification.encode({
      stanzaId: id,
      directPath: directPath ?? null,
      result,
    }).finish();
    const iv = randomBytes(12);
    return stanza('encrypt', {}, [
      stanza('enc_p', {}, aesEncryptGCM(notification, key, iv, Buffer.from(id))),
      stanza('enc_iv', {}, iv),
    ]);
  }

  return {
    async answer(phone: Phone, requester: DeviceAddress, receipt: BinaryNode): Promise<void> {
      const id = receipt.attrs['id'] ?? '';
      const answer = await found(phone, receipt, id);
      const from = addresses.jid(phone.record.number, 'phone');
      const about = stanza('rmr', find(receipt, 'rmr')?.attrs);
      const attributes = { id, type: 'mediaretry', from, t: unixSeconds() };
      await post.deliver(requester, stanza('notification', attributes, [answer, about]));
    },
  };
}
