import type { proto } from '@whiskeysockets/baileys';
import { editedMessage, shownIn } from './message-content.ts';
import { type MessageAct, unsealed } from './message-acts.ts';
import { openSealedAct, type SecretContext } from './message-secrets.ts';
import type { Network, Phone } from './network.ts';
import type { PhoneMessage } from './phone-message.ts';
import { openVote } from './poll-votes.ts';

const bothAddressings = ['phone', 'lid'] as const;

/** What a person did to a message, as a phone sees it. Nothing where the message is not known, or was not theirs to change. */
export function applyAct(network: Network, phone: Phone, chat: string, by: string, act: MessageAct): void {
  const { addresses, groups } = network;
  const target = phone.chats.byId(act.id);
  if (!target || target.chat !== chat || target.deleted) return;
  const from = addresses.jid(by, 'phone');
  const original = phone.chats.original(target);

  switch (act.kind) {
    case 'reaction': {
      const others = target.reactions.filter((reaction) => reaction.from !== from);
      const reactions = act.emoji === '' ? others : [...others, { from, emoji: act.emoji }];
      phone.chats.change(target.id, { reactions });
      return;
    }
    case 'edit': {
      const edited = editedMessage(original, act.message);
      if (target.from === from) phone.chats.change(target.id, { ...shownIn(edited), edited: true }, edited);
      return;
    }
    case 'delete': {
      const isAdmin = groups.get(chat)?.admins.includes(by) ?? false;
      if (target.from !== from && !isAdmin) return;
      const empty = { text: '', content: { type: 'text', text: '' } as const, reactions: [], votes: [] };
      phone.chats.change(target.id, { ...empty, deleted: true }, {});
      return;
    }
    case 'sealed': {
      const plain = openSealedAct(act.useCase, contextsOf(network, target, original, by), act.sealed);
      const inside = plain && unsealed(act.id, act.useCase, plain);
      if (inside && inside.kind !== 'sealed' && inside.id === act.id) applyAct(network, phone, chat, by, inside);
      return;
    }
    case 'vote': {
      if (target.content.type !== 'poll') return;
      const options = openVote(act.vote, contextsOf(network, target, original, by), target.content.options);
      if (!options) return;
      const others = target.votes.filter((vote) => vote.from !== from);
      phone.chats.change(target.id, { votes: options.length === 0 ? others : [...others, { from, options }] });
    }
  }
}

/** Under whichever addresses it was sealed. */
function contextsOf(
  { addresses }: Network,
  target: PhoneMessage,
  original: proto.IMessage,
  by: string,
): readonly SecretContext[] {
  const secret = original.messageContextInfo?.messageSecret;
  const author = addresses.resolve(target.from)?.number;
  if (!secret || author === undefined) return [];
  return bothAddressings.flatMap((authors) =>
    bothAddressings.map((actors) => ({
      targetId: target.id,
      secret,
      author: addresses.jid(author, authors),
      actor: addresses.jid(by, actors),
    })),
  );
}
