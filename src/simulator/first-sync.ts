import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import type { PhoneMessage } from './phone-message.ts';
import { ownName } from './envelope.ts';
import type { Network, Phone } from './network.ts';

const { ProtocolMessage } = proto.Message;

/** Without a key the client cannot read or write app state. */
export function sharedAppStateKey(phone: Phone): proto.Message.IProtocolMessage {
  const { appStateKey, rawId } = phone.record.identity;
  const fingerprint = { rawId, currentIndex: 0, deviceIndexes: [0] };
  const keyData = { keyData: appStateKey.data, fingerprint, timestamp: Date.now() };
  return {
    type: ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
    appStateSyncKeyShare: { keys: [{ keyId: { keyId: appStateKey.id }, keyData }] },
  };
}

function historyMessage(phone: Phone, message: PhoneMessage): proto.IHistorySyncMsg {
  const { PENDING, SERVER_ACK, DELIVERY_ACK, READ, PLAYED } = proto.WebMessageInfo.Status;
  const status = {
    pending: PENDING,
    sent: SERVER_ACK,
    received: DELIVERY_ACK,
    delivered: DELIVERY_ACK,
    read: READ,
    played: PLAYED,
  };
  const participant = message.chat.endsWith('@g.us') && !message.fromMe ? message.from : null;
  return {
    message: {
      key: { remoteJid: message.chat, fromMe: message.fromMe, id: message.id, participant },
      message: phone.chats.original(message),
      messageTimestamp: Math.floor(Date.parse(message.at) / 1000),
      status: status[message.status],
    },
  };
}

function isInHistory({ chat, deleted }: PhoneMessage): boolean {
  return !deleted && (chat.endsWith('@g.us') || chat.endsWith('@s.whatsapp.net'));
}

/**
 * The chats so far, inline. Clients that get no history notification buffer their events for 20 s (Baileys' chats.js,
 * AwaitingInitialSync).
 */
export function historyFor(phone: Phone): proto.Message.IProtocolMessage {
  const chats = new Map<string, PhoneMessage[]>();
  for (const message of phone.chats.history().toReversed()) {
    if (!isInHistory(message)) continue;
    const known = chats.get(message.chat);
    if (known) known.push(message);
    else chats.set(message.chat, [message]);
  }
  return historyNotice({
    syncType: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
    conversations: Array.from(chats, ([id, messages]) => ({
      id,
      messages: messages.map((message) => historyMessage(phone, message)),
    })),
    phoneNumberToLidMappings: [{ pnJid: phone.record.jid, lidJid: phone.record.lid }],
  });
}

/** What the people of its chats call themselves; undefined where there is nobody. */
export function pushNamesFor(
  phone: Phone,
  { addresses, directory }: Network,
): proto.Message.IProtocolMessage | undefined {
  const people = new Set(
    phone.chats
      .history()
      .flatMap(({ chat, fromMe, from }) => (fromMe || !chat.endsWith('@s.whatsapp.net') ? [] : from)),
  );
  const pushnames = Array.from(people, (id) => {
    const number = addresses.numberOf(id);
    return { id, pushname: ownName(number, directory.known(number)?.identity.profile) };
  });
  if (pushnames.length === 0) return undefined;
  return historyNotice({ syncType: proto.HistorySync.HistorySyncType.PUSH_NAME, pushnames });
}

function historyNotice(part: proto.IHistorySync): proto.Message.IProtocolMessage {
  const { syncType } = part;
  const history = proto.HistorySync.encode({ ...part, chunkOrder: 1, progress: 100 }).finish();
  return {
    type: ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: {
      // Both enumerations give the same numbers.
      syncType: syncType as number,
      chunkOrder: 1,
      progress: 100,
      initialHistBootstrapInlinePayload: deflateSync(history),
    },
  };
}
