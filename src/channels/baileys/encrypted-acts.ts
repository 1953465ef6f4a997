import { createHash, hkdfSync } from 'node:crypto';
import { aesDecryptGCM, normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import type { EncryptedAct, OpenAct, OpenedAct, TargetKeys } from '../acts.ts';
import { textOf, turnOf } from './acts-from-baileys.ts';
import { secretOf, storable } from './content-from-baileys.ts';

/**
 * The scheme is that of `decryptPollVote` in Baileys' `Utils/process-message.js`, which opens votes only; the names of the others,
 * and that nothing but a vote has associated data, are from `generateMsgSecretKey` in whatsmeow's `msgsecret.go`.
 */
const useCases = { vote: 'Poll Vote', reaction: 'Enc Reaction', edit: 'Message Edit' } as const;

/**
 * An act is bound to one address of who wrote the message and one of who does it, and does not say to which: phone or LID, as
 * the chat is addressed. So each is tried.
 */
export const openAct: OpenAct = (act, target, people) => {
  // One changes only what one has written.
  const authors = act.kind === 'edit' ? [...target.authors, ...people] : target.authors;
  for (const secret of secretsOf(target)) {
    for (const author of new Set(authors)) {
      for (const person of people) {
        try {
          return read(act.kind, decrypted(act, { secret, id: target.remoteId, author, person }), target);
        } catch {
          // Bound to other addresses.
        }
      }
    }
  }
  return undefined;
};

interface Bond {
  secret: Uint8Array;
  id: string;
  author: string;
  person: string;
}

/** Throws where it is bound to something else. */
function decrypted({ kind, encrypted }: EncryptedAct, { secret, id, author, person }: Bond): Uint8Array {
  const { encPayload = new Uint8Array(), encIv = new Uint8Array() } = proto.Message.PollEncValue.decode(encrypted);
  const key = hkdfSync('sha256', secret, new Uint8Array(), `${id}${author}${person}${useCases[kind]}`, 32);
  const bound = kind === 'vote' ? `${id}\u0000${person}` : '';
  return aesDecryptGCM(
    encPayload ?? new Uint8Array(),
    new Uint8Array(key),
    encIv ?? new Uint8Array(),
    Buffer.from(bound),
  );
}

function read(kind: EncryptedAct['kind'], plain: Uint8Array, { options }: TargetKeys): OpenedAct | undefined {
  if (kind === 'reaction') {
    const { text, senderTimestampMs } = proto.Message.ReactionMessage.decode(plain);
    return { text: storable(text ?? ''), turn: turnOf(senderTimestampMs) };
  }
  if (kind === 'edit') {
    const message = normalizeMessageContent(proto.Message.decode(plain));
    const text = message && textOf(message.protocolMessage?.editedMessage ?? message);
    return text === undefined ? undefined : { text, turn: turnOf(message?.protocolMessage?.timestampMs) };
  }
  // A vote names options by their SHA-256.
  const chosen = proto.Message.PollVoteMessage.decode(plain).selectedOptions ?? [];
  const hashes = new Set(chosen.map((hash) => Buffer.from(hash).toString('hex')));
  return { options: options.filter((option) => hashes.has(createHash('sha256').update(option).digest('hex'))) };
}

function secretsOf({ original, secrets }: TargetKeys): Uint8Array[] {
  const kept = original && secretOf(proto.WebMessageInfo.decode(original).message);
  return kept ? [kept, ...secrets] : [...secrets];
}
