import { createHash } from 'node:crypto';
import { decryptPollVote, normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import type { DatedAct, OpenVote, PollKeys } from '../acts.ts';
import type { Content } from '../content.ts';
import { datedActOf } from './acts-from-baileys.ts';
import { contentOf, contextOf } from './content-from-baileys.ts';

/** What a message of which only the encoding was kept says or does; undefined for what cannot be translated. */
export function translateOriginal(
  original: Uint8Array,
): { content: Content; replyTo: string | null; mentions: string[] } | DatedAct | undefined {
  const info = proto.WebMessageInfo.decode(original);
  const inner = normalizeMessageContent(info.message);
  const content = inner && contentOf(inner);
  return content ? { content, ...contextOf(info.message ?? {}) } : datedActOf(info);
}

/**
 * A vote is bound to one address of who made the poll and one of who votes, and does not say to which: phone or LID, as the
 * chat is addressed. So each is tried. It names options by their SHA-256 (`PollVoteMessage`).
 */
export const openVote: OpenVote = (vote, poll, voters) => {
  const { encPayload = null, encIv = null } = proto.Message.PollEncValue.decode(vote);
  for (const pollEncKey of secretsOf(poll)) {
    for (const pollCreatorJid of poll.creators) {
      for (const voterJid of voters) {
        try {
          const context = { pollMsgId: poll.remoteId, pollEncKey, pollCreatorJid, voterJid };
          const chosen = decryptPollVote({ encPayload, encIv }, context).selectedOptions ?? [];
          const hashes = new Set(chosen.map((hash) => Buffer.from(hash).toString('hex')));
          return poll.options.filter((option) => hashes.has(hashOf(option)));
        } catch {
          // Bound to other addresses.
        }
      }
    }
  }
  return undefined;
};

function secretsOf({ original, secret }: PollKeys): Uint8Array[] {
  const kept = original && proto.WebMessageInfo.decode(original).message?.messageContextInfo?.messageSecret;
  return [kept, secret].filter((each) => each !== null && each !== undefined && each.length > 0) as Uint8Array[];
}

function hashOf(option: string): string {
  return createHash('sha256').update(option).digest('hex');
}
