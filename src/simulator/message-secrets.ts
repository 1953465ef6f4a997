import { createHmac, randomBytes } from 'node:crypto';
import { aesDecryptGCM, aesEncryptGCM } from '@whiskeysockets/baileys';

/** Who does something to whose message, under one of their addresses each. */
export interface SecretContext {
  readonly targetId: string;
  /** `messageSecret` of the message. */
  readonly secret: Uint8Array;
  readonly author: string;
  readonly actor: string;
}

/** The names are from `generateMsgSecretKey` in whatsmeow's `msgsecret.go`. */
export type UseCase = 'Poll Vote' | 'Enc Reaction' | 'Message Edit';

export interface Sealed {
  encPayload?: Uint8Array | null;
  encIv?: Uint8Array | null;
}

function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** As `decryptPollVote` in Baileys' `Utils/process-message.js` does it for votes. */
function keyOf(useCase: UseCase, { targetId, secret, author, actor }: SecretContext): Buffer {
  const names = Buffer.concat([Buffer.from(`${targetId}${author}${actor}${useCase}`), Buffer.from([1])]);
  return hmac(hmac(Buffer.alloc(32), secret), names);
}

/** Only a vote has associated data. */
function boundTo(useCase: UseCase, { targetId, actor }: SecretContext): Buffer {
  return Buffer.from(useCase === 'Poll Vote' ? `${targetId}\u0000${actor}` : '');
}

export function sealAct(useCase: UseCase, context: SecretContext, plain: Uint8Array): Required<Sealed> {
  const encIv = randomBytes(12);
  return { encIv, encPayload: aesEncryptGCM(plain, keyOf(useCase, context), encIv, boundTo(useCase, context)) };
}

/** Which address of each person it is bound to is not said, so each context is tried; undefined where none fits. */
export function openSealedAct(
  useCase: UseCase,
  contexts: readonly SecretContext[],
  { encPayload, encIv }: Sealed,
): Buffer | undefined {
  for (const context of contexts) {
    try {
      const bound = boundTo(useCase, context);
      return aesDecryptGCM(encPayload ?? Buffer.of(), keyOf(useCase, context), encIv ?? Buffer.of(), bound);
    } catch {
      // Bound to other addresses.
    }
  }
  return undefined;
}
