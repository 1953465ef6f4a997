import type { proto } from '@whiskeysockets/baileys';
import { editedMessage, shownIn } from './message-content.ts';
import type { MessageAct } from './message-acts.ts';
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
    case 'vote': {
      const options = votedOptions(network, target, original, by, act.vote);
      if (!options) return;
      const others = target.votes.filter((vote) => vote.from !== from);
      phone.chats.change(target.id, { votes: options.length === 0 ? others : [...others, { from, options }] });
    }
  }
}

function votedOptions(
  { addresses }: Network,
  poll: PhoneMessage,
  original: proto.IMessage,
  by: string,
  vote: proto.Message.IPollEncValue,
): readonly string[] | undefined {
  const secret = original.messageContextInfo?.messageSecret;
  const creator = addresses.resolve(poll.from)?.number;
  if (!secret || creator === undefined || poll.content.type !== 'poll') return undefined;
  const contexts = bothAddressings.flatMap((creators) =>
    bothAddressings.map((voters) => ({
      pollId: poll.id,
      secret,
      creator: addresses.jid(creator, creators),
      voter: addresses.jid(by, voters),
    })),
  );
  return openVote(vote, contexts, poll.content.options);
}
