import type { proto } from '@whiskeysockets/baileys';
import type { VirtualPhone } from './control.ts';
import { normalizedPart } from './media-kinds.ts';
import { deletionOf, editOf, reactionTo, sealedEditOf, sealedReactionTo, voteIn } from './message-acts.ts';
import { stanzaKind } from './message-building.ts';
import type { SecretContext } from './message-secrets.ts';
import type { Network, Phone } from './network.ts';
import type { PhoneMessage } from './phone-message.ts';
import type { PhoneOutbox } from './phone-outbox.ts';
import { encryptVote } from './poll-votes.ts';

type PhoneActs = Pick<VirtualPhone, 'react' | 'edit' | 'delete' | 'vote' | 'media' | 'forgetMedia'>;

/** What a person does to single messages on a phone. */
export function createPhoneActs(network: Network, outbox: PhoneOutbox, phone: () => Phone): PhoneActs {
  const { addresses, groups, media } = network;

  function message(id: string): PhoneMessage {
    const found = phone().chats.byId(id);
    if (!found || found.deleted) throw new Error(`${id} is no message on this phone`);
    return found;
  }
  function own(id: string): PhoneMessage {
    const found = message(id);
    if (!found.fromMe) throw new Error(`${id} was written by somebody else`);
    return found;
  }
  /** From this phone's point of view, as all keys are. */
  function keyOf({ id, chat, from, fromMe }: PhoneMessage): proto.IMessageKey {
    const room = groups.room(chat);
    const addressing = room?.addressing ?? phone().chats.routeOf(id).addressing;
    const named = (jid: string): string => addresses.jid(addresses.resolve(jid)?.number ?? '', addressing);
    return room ? { remoteJid: chat, fromMe, id, participant: named(from) } : { remoteJid: named(chat), fromMe, id };
  }
  /** What the phone seals with, when it does something to this message. */
  function contextOf(target: PhoneMessage): SecretContext {
    const secret = phone().chats.original(target).messageContextInfo?.messageSecret;
    if (!secret) throw new Error(`${target.id} has no secret`);
    const addressing = groups.room(target.chat)?.addressing ?? phone().chats.routeOf(target.id).addressing;
    const author = addresses.jid(addresses.resolve(target.from)?.number ?? '', addressing);
    return { targetId: target.id, secret, author, actor: addresses.jid(phone().record.number, addressing) };
  }
  function file(id: string) {
    const part = normalizedPart(phone().chats.original(message(id)));
    if (!part) throw new Error(`${id} is no message with a file`);
    return part;
  }

  return {
    async react(id, emoji, { encrypted = false } = {}) {
      const target = message(id);
      const key = keyOf(target);
      const reaction = encrypted ? sealedReactionTo(key, emoji, contextOf(target)) : reactionTo(key, emoji);
      await outbox.act(phone(), target, reaction, stanzaKind(reaction));
    },
    async edit(id, text, { encrypted = false } = {}) {
      const target = own(id);
      const before = normalizedPart(phone().chats.original(target));
      const now = before ? { [before.field]: { ...before.media, caption: text } } : { conversation: text };
      const key = keyOf(target);
      const edit = encrypted ? sealedEditOf(key, now, contextOf(target)) : editOf(key, now);
      await outbox.act(phone(), target, edit, stanzaKind(edit, 'edit'));
    },
    async delete(id) {
      const target = message(id);
      const { number } = phone().record;
      const isAdmin = groups.get(target.chat)?.admins.includes(number) ?? false;
      if (!target.fromMe && !isAdmin) throw new Error(`${id} was written by somebody else`);
      const deletion = deletionOf(keyOf(target));
      const kind = stanzaKind(deletion, target.fromMe ? 'delete' : 'delete-as-admin');
      await outbox.act(phone(), target, deletion, kind);
    },
    async vote(pollId, options) {
      const poll = message(pollId);
      if (poll.content.type !== 'poll') throw new Error(`${pollId} is no poll`);
      const { options: known } = poll.content;
      const unknown = options.find((option) => !known.includes(option));
      if (unknown !== undefined) throw new Error(`${unknown} is no option of this poll`);
      const vote = voteIn(keyOf(poll), encryptVote(contextOf(poll), options));
      await outbox.act(phone(), poll, vote, stanzaKind(vote));
    },
    media: async (id) => media.open(file(id)),
    forgetMedia: async (id) => media.forget(file(id).media),
  };
}
