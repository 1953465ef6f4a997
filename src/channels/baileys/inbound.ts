import { type BinaryNode, decodeMessageNode, proto, unpadRandomMax16, type WAMessage } from '@whiskeysockets/baileys';
import type { Batch, Lane } from '../../platform/commit-writer.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Probe } from '../../platform/probe.ts';
import type { ChannelSink } from '../channel.ts';
import type { IncomingMessage, Person } from '../content.ts';
import type { AuthState } from './auth-state.ts';
import { actFromBaileys } from './acts-from-baileys.ts';
import { fromBaileys, personOf, untranslated } from './from-baileys.ts';
import { readElsewhere, receiptsOf } from './receipts.ts';
import type { OpenedMessage } from './signal-repository.ts';

export interface InboundOptions {
  accountId: string;
  sink: ChannelSink;
  auth: AuthState;
  lane: Lane;
  refusals: Refusals;
  probe: Probe;
  clock: Clock;
  log: Log;
}

/** How often the database has refused a message, by the hash of its ciphertext. Outlives the socket. */
export type Refusals = Map<string, number>;

/** Turns what one socket tells into batches of changes. Nothing here waits. */
export interface Inbound {
  creds(): void;
  paired(self: Person): void;
  /** A message that was just opened, into the batch of the keys that opened it. */
  opened(message: OpenedMessage, batch: Batch): void;
  /** Messages as Baileys tells them: of those that came encrypted the row is stored already. */
  messages(messages: readonly WAMessage[]): void;
  /** Receipts of other people and of the account's other devices, before Baileys confirms the stanza. */
  receipt(node: BinaryNode): void;
}

const mostRemembered = 1_000;
/** The stanza's `edit` when an admin deletes what another wrote (Baileys `Socket/messages-send.js`). */
const deletionByAdmin = '8';

export function createInbound(options: InboundOptions): Inbound {
  const { accountId, sink, auth, lane, clock, log } = options;
  /** Ids of messages whose rows came from their ciphertext. */
  const opened = new Set<string>();

  function write(fill: (batch: Batch) => void): void {
    const batch = lane.batch();
    fill(batch);
    lane.commit(batch);
  }

  function self(): Person {
    const { me } = auth.creds;
    return personOf(me?.id ?? '', me?.lid, me?.name ?? null);
  }

  interface Arrived {
    arrival: IncomingMessage['arrival'];
    asAdmin: boolean;
    /** How often the database has refused it. */
    refused: number;
  }

  function add(message: WAMessage, { arrival, asAdmin, refused }: Arrived, batch: Batch): void {
    try {
      const act = refused === 0 ? actFromBaileys(message, self(), asAdmin) : undefined;
      if (act) {
        sink.act(act, batch);
        return;
      }
      const incoming = fromBaileys(message, self(), arrival);
      if (!incoming) return;
      const plain = { ...untranslated(message), replyTo: null, mentions: [] };
      sink.incoming(refused === 0 ? incoming : { ...incoming, ...plain }, batch);
    } catch (error) {
      // One strange message must not take those beside it along.
      log.error('A message could not be translated', { accountId, error });
    }
  }

  function remember(id: string): void {
    opened.add(id);
    const [oldest] = opened;
    if (opened.size > mostRemembered && oldest !== undefined) opened.delete(oldest);
  }

  return {
    creds: () => write((batch) => auth.addCreds(batch)),
    paired: (person) =>
      write((batch) => {
        auth.addCreds(batch);
        sink.notice({ kind: 'paired', self: person }, batch);
      }),
    opened({ node, arrival, plaintext, hash }, batch) {
      const { me } = auth.creds;
      const { fullMessage } = decodeMessageNode(node, me?.id ?? '', me?.lid ?? '');
      const message = proto.Message.decode(unpadRandomMax16(plaintext));
      fullMessage.message = ownDevicesPart(message) ?? message;
      remember(nameOf(fullMessage));
      const name = hash.toString('hex');
      const refused = options.refusals.get(name) ?? 0;
      batch.afterRefusal(() => void options.refusals.set(name, refused + 1));
      // It will come again, until it is confirmed: then as something unknown, and in the end without its row.
      if (refused < 2) add(fullMessage, { arrival, asAdmin: node.attrs['edit'] === deletionByAdmin, refused }, batch);
      else log.error('A message was left out, because the database refuses it in every form', { accountId });
      batch.afterCommit(() => options.probe('ratchet-committed'));
    },
    messages(messages) {
      const others = messages.filter((message) => !opened.has(nameOf(message)));
      const arrived: Arrived = { arrival: 'live', asAdmin: false, refused: 0 };
      if (others.length > 0) write((batch) => others.forEach((message) => add(message, arrived, batch)));
    },
    receipt(node) {
      const me = { id: auth.creds.me?.id ?? '', lid: auth.creds.me?.lid ?? '' };
      const receipts = receiptsOf(node, me, clock.now());
      if (receipts.length > 0) write((batch) => receipts.forEach((receipt) => sink.receipt(receipt, batch)));
      const read = readElsewhere(node, me, clock.now());
      if (read.remoteIds.length > 0) write((batch) => sink.notice({ kind: 'read', ...read }, batch));
    },
  };
}

/** The chat is left out, because Baileys changes its address before it tells. */
function nameOf({ key }: WAMessage): string {
  return `${key.id ?? ''} ${String(key.fromMe ?? false)}`;
}

/** What was sent from another own device; what belongs to the message may stand outside of it. */
function ownDevicesPart({ deviceSentMessage, messageContextInfo }: proto.IMessage): proto.IMessage | undefined {
  const message = deviceSentMessage?.message;
  if (!message) return undefined;
  return messageContextInfo && !message.messageContextInfo ? { ...message, messageContextInfo } : message;
}
