import { createHash } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import { openSealedAct, sealAct, type SecretContext } from './message-secrets.ts';

function hashOf(option: string): Buffer {
  return createHash('sha256').update(option).digest();
}

export function encryptVote(context: SecretContext, options: readonly string[]): proto.Message.IPollEncValue {
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hashOf) }).finish();
  return sealAct('Poll Vote', context, vote);
}

/** The options chosen. */
export function openVote(
  vote: proto.Message.IPollEncValue,
  contexts: readonly SecretContext[],
  options: readonly string[],
): readonly string[] | undefined {
  const plain = openSealedAct('Poll Vote', contexts, vote);
  if (!plain) return undefined;
  const chosen = proto.Message.PollVoteMessage.decode(plain).selectedOptions ?? [];
  return options.filter((option) => chosen.some((hash) => hashOf(option).equals(hash)));
}
