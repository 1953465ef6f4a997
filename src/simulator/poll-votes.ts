import { createHash, createHmac, randomBytes } from 'node:crypto';
import { aesEncryptGCM, decryptPollVote, proto } from '@whiskeysockets/baileys';

/** Who voted in whose poll, under one of their addresses each. */
export interface PollContext {
  readonly pollId: string;
  /** `messageSecret` of the poll. */
  readonly secret: Uint8Array;
  readonly creator: string;
  readonly voter: string;
}

function hashOf(option: string): Buffer {
  return createHash('sha256').update(option).digest();
}

function hmac(key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

/** The other side of `decryptPollVote` in Baileys' `Utils/process-message.js`. */
export function encryptVote(context: PollContext, options: readonly string[]): proto.Message.IPollEncValue {
  const { pollId, secret, creator, voter } = context;
  const names = Buffer.concat([Buffer.from(`${pollId}${creator}${voter}Poll Vote`), Buffer.from([1])]);
  const key = hmac(hmac(Buffer.alloc(32), secret), names);
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hashOf) }).finish();
  const encIv = randomBytes(12);
  return { encIv, encPayload: aesEncryptGCM(vote, key, encIv, Buffer.from(`${pollId}\u0000${voter}`)) };
}

/** The options chosen. Which address of each person the vote is bound to is not said, so each is tried. */
export function openVote(
  vote: proto.Message.IPollEncValue,
  contexts: readonly PollContext[],
  options: readonly string[],
): readonly string[] | undefined {
  for (const { pollId, secret, creator, voter } of contexts) {
    try {
      const names = { pollMsgId: pollId, pollEncKey: secret, pollCreatorJid: creator, voterJid: voter };
      const chosen = decryptPollVote(vote, names).selectedOptions ?? [];
      return options.filter((option) => chosen.some((hash) => hashOf(option).equals(hash)));
    } catch {
      // Bound to other addresses.
    }
  }
  return undefined;
}
