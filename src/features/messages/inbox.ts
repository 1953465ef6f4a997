import type { IncomingAct, OpenAct } from '../../channels/acts.ts';
import type { ChannelNotice } from '../../channels/channel.ts';
import type { IncomingMessage, Receipt } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Batch } from '../../platform/commit-writer.ts';
import type { Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { StoredFiles } from '../media/media.ts';
import { createActs, rowOfAct } from './acts.ts';
import { chatKind } from './chats.store.ts';
import { columnsOf, originalPlace, secretPlace } from './stored-content.ts';
import type { MediaLinks } from './media-links.ts';
import { incomingKind, mappingKind } from './inbox.store.ts';
import { statusOccurrence } from './message-events.ts';
import { endQueue } from './queue.store.ts';
import { readKind } from './reads.store.ts';
import { receiptKind, recipientsKind } from './receipts.store.ts';

/** The receiving side: adds what a channel tells to the batch it is given. Nothing here waits or writes by itself. */
export interface MessageInbox {
  /** `storeFile`: its file, where it has one, is fetched and stored as soon as it is itself. */
  incoming(message: IncomingMessage, batch: Batch, wishes: { storeFile: boolean }): void;
  act(act: IncomingAct, batch: Batch): void;
  receipt(receipt: Receipt, batch: Batch): void;
  notice(notice: ChannelNotice, batch: Batch): void;
  /** The account has another number now; what waits to be sent from the one before ends. Returns how many were cancelled. */
  endQueue(tx: Transaction, accountId: string): Promise<number>;
}

export interface MessageInboxOptions {
  events: EventBus;
  secrets: Secrets;
  links: MediaLinks;
  openAct: OpenAct;
  storedFiles: Pick<StoredFiles, 'wanted'>;
  clock: Clock;
}

export function createMessageInbox(options: MessageInboxOptions): MessageInbox {
  const { events, secrets, clock } = options;
  const acts = createActs(options);
  const incoming = incomingKind(events, options.links, acts);
  const receipts = receiptKind(events, acts);
  const mappings = mappingKind(events, acts);
  const reads = readKind(events);
  const chats = chatKind(events);

  return {
    incoming(message, batch, { storeFile }) {
      const id = newId('msg', clock.now());
      const { chat, chatAlias, from, original, secret } = message;
      if (chatAlias) batch.add(mappings, chatAlias);
      batch.add(incoming, {
        id,
        remoteId: message.remoteId,
        chatJid: chat.jid,
        chatType: chat.type,
        address: message.address,
        fromJid: from.jid,
        fromPhone: from.phone,
        fromLid: from.lid,
        fromName: from.name,
        fromMe: message.fromMe,
        ...columnsOf(message.content),
        mentions: message.mentions,
        original: original && secrets.seal(Buffer.from(original), originalPlace(id)),
        secret: secret && secrets.seal(Buffer.from(secret), secretPlace(id)),
        replyTo: message.replyTo,
        sentAt: message.sentAt,
      });
      if (storeFile && 'file' in message.content) batch.add(options.storedFiles.wanted, { messageId: id });
    },
    act(act, batch) {
      if (act.chatAlias) batch.add(mappings, act.chatAlias);
      batch.add(acts.kind, rowOfAct(act));
    },
    receipt: (receipt, batch) => batch.add(receipts, receipt),
    notice(notice, batch) {
      if (notice.kind === 'mapping') batch.add(mappings, { lid: notice.lid, phone: notice.phone });
      if (notice.kind === 'recipients') batch.add(recipientsKind, { remoteId: notice.remoteId, people: notice.people });
      if (notice.kind === 'chat') batch.add(chats, notice.change);
      if (notice.kind === 'read') batch.add(reads, { remoteIds: notice.remoteIds, at: notice.at });
    },
    async endQueue(tx, accountId) {
      const ended = await endQueue(tx, accountId);
      events.publish(tx, ended.map(statusOccurrence));
      tx.afterCommit(() => {
        for (const { id } of ended) events.announce(`message:${id}`);
        if (ended.length > 0) events.announce(`messages:${accountId}`);
      });
      return ended.filter(({ status }) => status === 'cancelled').length;
    },
  };
}
