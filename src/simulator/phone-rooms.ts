import { proto } from '@whiskeysockets/baileys';
import type { VirtualPhone } from './control.ts';
import { newMessageId } from './fan-out.ts';
import { buildMessage } from './message-building.ts';
import { shownIn } from './message-content.ts';
import { refuseAway, type Phone } from './network.ts';
import { publishPost } from './newsletter-posts.ts';
import type { Newsletter } from './newsletters.ts';
import { plainMessage } from './phone-message.ts';
import type { PhoneParts } from './phone-parts.ts';

type PhoneRooms = Pick<VirtualPhone, 'updateGroup' | 'follow' | 'unfollow' | 'post'>;

/** Groups and channels, as a member, a follower or their owner has them. */
export function createPhoneRooms({ network, post, groupChanges }: PhoneParts, phone: () => Phone): PhoneRooms {
  const { groups, media, newsletters, state } = network;

  function newsletter(jid: string): Newsletter {
    const found = newsletters.get(jid);
    if (!found) throw new Error(`${jid} is no channel of this network`);
    return found;
  }
  async function setFollowing(jid: string, isFollowing: boolean): Promise<void> {
    const { number } = phone().record;
    const found = newsletter(jid);
    const others = found.followers.filter((follower) => follower !== number);
    newsletters.save({ ...found, followers: isFollowing ? [...others, number] : others });
    await state.durable();
  }

  return {
    async updateGroup(jid, change) {
      refuseAway(phone());
      const group = groups.get(jid);
      if (!group) throw new Error(`${jid} is no group of this network`);
      groupChanges.make(group, phone().record.number, change);
      await state.durable();
    },
    follow: (jid) => setFollowing(jid, true),
    unfollow: (jid) => setFollowing(jid, false),
    async post(jid, content) {
      refuseAway(phone());
      const { number } = phone().record;
      const own = newsletter(jid);
      if (own.owner !== number) throw new Error(`${jid} is no channel of this phone`);
      const file = 'media' in content ? await media.publishOpenly(content.media) : undefined;
      const message = buildMessage(content, { mentions: [], forwarded: false }, file);
      const id = newMessageId();
      const at = new Date().toISOString();
      const plain = plainMessage({ id, chat: jid, from: jid, fromMe: true, text: '', at, status: 'sent' });
      phone().chats.show({ ...plain, ...shownIn(message) }, { addressing: 'phone' }, message);
      await publishPost(network, post, own, { id, message: proto.Message.encode(message).finish(), by: 0 });
      await state.durable();
      return { id };
    },
  };
}
