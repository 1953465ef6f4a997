import { proto, type BinaryNode } from '@whiskeysockets/baileys';
import { isGroupJid, type Addressing, type DeviceAddress } from './addresses.ts';
import type { Route } from './chat-log.ts';
import { newMessageId, type Dispatch, type FanOut } from './fan-out.ts';
import { historyFor, pushNamesFor, sharedAppStateKey } from './first-sync.ts';
import { statusJid, type Room } from './groups.ts';
import type { MediaMessage } from './media-kinds.ts';
import { applyAct } from './message-changes.ts';
import { actIn } from './message-acts.ts';
import { buildMessage, quotable, stanzaKind, type MessageContext, type StanzaKind } from './message-building.ts';
import { shownIn } from './message-content.ts';
import { refuseAway, type Network, type Phone } from './network.ts';
import { plainMessage, type OutgoingMessage, type PhoneMessage } from './phone-message.ts';

/** What leaves a phone: its messages, repeated ones for devices that could not read them, and its first sync. */
export interface PhoneOutbox {
  /** Resolves with the id once the network has taken it: at once, or when the phone has its network again. */
  send(phone: Phone, message: OutgoingMessage): Promise<{ id: string }>;
  /** What does something to a message of the same chat, on the phone itself too. Rejects while the phone is away. */
  act(phone: Phone, on: PhoneMessage, message: proto.IMessage, kind: StanzaKind): Promise<void>;
  /** Sends what was written while the phone was away. */
  sendPending(phone: Phone): Promise<void>;
  resend(phone: Phone, receipt: BinaryNode): Promise<void>;
  /** Shares the app-state key and the history with a device that has logged in for the first time. */
  firstSync(phone: Phone, device: DeviceAddress): Promise<void>;
  /** Answers what a linked device asks its own phone for. */
  answerPeer(phone: Phone, from: DeviceAddress, id: string, message: proto.IMessage): Promise<void>;
}

const rememberedActs = 100;

export function createPhoneOutbox(network: Network, fanOut: FanOut): PhoneOutbox {
  const { addresses, groups, media } = network;
  const turns = new WeakMap<Phone, Promise<void>>();
  /** What was done last and is no message of its own, for devices that ask for it again. In memory only. */
  const acts = new WeakMap<Phone, Map<string, Dispatch>>();

  /** One after the other: who gets a message before the key it is read with must ask again. */
  function inTurn(phone: Phone, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(phone) ?? Promise.resolve()).then(work);
    turns.set(
      phone,
      turn.catch(() => undefined),
    );
    return turn;
  }
  function destination(chat: string, { addressing, audience = [] }: Route): string | Room {
    if (chat === statusJid) return { jid: statusJid, addressing, participants: audience };
    return groups.get(chat) ?? addresses.resolve(chat)?.number ?? '';
  }
  function dispatchOf(phone: Phone, shown: PhoneMessage): Dispatch {
    const route = phone.chats.routeOf(shown.id);
    const message = phone.chats.original(shown);
    const to = destination(shown.chat, route);
    return { id: shown.id, to, addressing: route.addressing, message, kind: stanzaKind(message) };
  }
  function sendOut(phone: Phone, shown: PhoneMessage): Promise<void> {
    return inTurn(phone, async () => {
      await fanOut.send(phone, dispatchOf(phone, shown));
      network.state.release(() => phone.chats.advance([shown.id], 'sent'));
    });
  }

  function chatFor(phone: Phone, to: string): string {
    if (to === statusJid) return to;
    if (isGroupJid(to)) {
      const group = groups.get(to);
      const { number } = phone.record;
      if (!group?.participants.includes(number)) throw new Error(`${to} is no group of this phone`);
      if (group.announce && !group.admins.includes(number)) throw new Error('Only admins may write to this group');
      return to;
    }
    const number = addresses.numberOf(to);
    if (network.faults.unregistered(number)) throw new Error(`${number} is not on this network`);
    return addresses.jid(number, 'phone');
  }
  /** Everybody with whom the phone has a chat. */
  function acquaintances(phone: Phone): string[] {
    const others = phone.chats.all().flatMap(({ chat }) => addresses.resolve(chat)?.number ?? []);
    return [...new Set(others)].filter((number) => number !== phone.record.number);
  }
  function routeFor(phone: Phone, { to, addressing = 'phone', audience }: OutgoingMessage): Route {
    if (to !== statusJid) return { addressing };
    return { addressing, audience: audience?.map((name) => addresses.numberOf(name)) ?? acquaintances(phone) };
  }
  function contextFor(phone: Phone, chat: string, outgoing: OutgoingMessage, addressing: Addressing): MessageContext {
    const { replyTo, mentions = [], forwarded = false } = outgoing;
    const named = (name: string): string => addresses.jid(addresses.numberOf(name), addressing);
    const common = { mentions: mentions.map(named), forwarded };
    if (replyTo === undefined) return common;
    const quoted = phone.chats.byId(replyTo);
    if (quoted?.chat !== chat) throw new Error(`${replyTo} is no message of this chat`);
    const message = quotable(phone.chats.original(quoted));
    return { ...common, quoted: { id: quoted.id, author: named(quoted.from), message } };
  }
  function written(phone: Phone, chat: string, outgoing: OutgoingMessage, file?: MediaMessage): proto.IMessage {
    const addressing = groups.room(chat)?.addressing ?? outgoing.addressing ?? 'phone';
    return buildMessage(outgoing, contextFor(phone, chat, outgoing, addressing), file);
  }

  return {
    async send(phone, outgoing) {
      const chat = chatFor(phone, outgoing.to);
      // What has no file stands in the chat at once.
      const file = 'media' in outgoing ? await media.publish(outgoing.type, outgoing.media) : undefined;
      const message = written(phone, chat, outgoing, file);
      const shown: PhoneMessage = {
        ...plainMessage({
          id: newMessageId(),
          chat,
          from: phone.record.jid,
          fromMe: true,
          text: '',
          at: new Date().toISOString(),
          status: 'pending',
        }),
        ...shownIn(message),
      };
      const { id } = shown;
      phone.chats.show(shown, routeFor(phone, outgoing), message);
      if (!phone.record.identity.away) await sendOut(phone, shown);
      await network.state.durable();
      if (phone.chats.byId(id)?.status === 'pending') {
        await phone.chats.wait((other) => other.id === id && other.status !== 'pending');
        await network.state.durable();
      }
      return { id };
    },
    async act(phone, on, message, kind) {
      refuseAway(phone);
      const route = phone.chats.routeOf(on.id);
      const { addressing } = route;
      const dispatch = { id: newMessageId(), to: destination(on.chat, route), addressing, message, kind };
      const remembered = acts.get(phone) ?? new Map<string, Dispatch>();
      acts.set(phone, remembered.set(dispatch.id, dispatch));
      const [oldest] = remembered.keys();
      if (remembered.size > rememberedActs && oldest !== undefined) remembered.delete(oldest);
      const act = actIn(message);
      if (act) applyAct(network, phone, on.chat, phone.record.number, act);
      await inTurn(phone, () => fanOut.send(phone, dispatch));
      await network.state.durable();
    },
    async sendPending(phone) {
      const pending = phone.chats.all().filter(({ fromMe, status }) => fromMe && status === 'pending');
      for (const message of pending) await sendOut(phone, message);
    },
    async resend(phone, receipt) {
      const requester = addresses.resolve(receipt.attrs['participant'] ?? receipt.attrs['from']);
      const id = receipt.attrs['id'] ?? '';
      const shown = phone.chats.byId(id);
      const own = shown?.fromMe && !shown.deleted ? dispatchOf(phone, shown) : undefined;
      const dispatch = own ?? acts.get(phone)?.get(id);
      if (!requester || !dispatch) return;
      const { addressing } = requester;
      await fanOut.sendAgain(phone, { ...dispatch, addressing }, requester, receipt);
    },
    async firstSync(phone, device) {
      await fanOut.sendPeer(phone, device, sharedAppStateKey(phone));
      await fanOut.sendPeer(phone, device, historyFor(phone));
      const names = pushNamesFor(phone, network);
      if (names) await fanOut.sendPeer(phone, device, names);
    },
    async answerPeer(phone, from, id, message) {
      const request = (message.deviceSentMessage?.message ?? message).protocolMessage?.peerDataOperationRequestMessage;
      const asked = request?.placeholderMessageResendRequest ?? [];
      const results = asked.flatMap(({ messageKey }) => {
        const known = phone.chats.byId(messageKey?.id ?? '');
        if (!known || !messageKey) return [];
        const found = { key: messageKey, message: phone.chats.original(known) };
        const webMessageInfoBytes = proto.WebMessageInfo.encode(found).finish();
        return [{ placeholderMessageResendResponse: { webMessageInfoBytes } }];
      });
      if (results.length === 0) return;
      await fanOut.sendPeer(phone, from, {
        type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
        peerDataOperationRequestResponseMessage: { stanzaId: id, peerDataOperationResult: results },
      });
    },
  };
}
