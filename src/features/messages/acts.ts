import type { Act, DatedAct, IncomingAct, OpenAct, TargetKeys } from '../../channels/acts.ts';
import { actTypes } from '../../channels/content.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { forgetStoredFiles } from '../media/media.ts';
import {
  type ActRow,
  type ActsOf,
  type AppliedAct,
  applyActs,
  listTargets,
  listUnopenedActs,
  showActs,
  storeActs,
  storeOpenedActs,
  type TargetRow,
} from './acts.store.ts';
import type { MessageRow } from './message.ts';
import { actOccurrence, announceChange } from './message-events.ts';
import { contentOf, originalPlace, pollSecret, secretPlace, targetOf } from './stored-content.ts';

export interface ActsOptions {
  events: EventBus;
  secrets: Secrets;
  openAct: OpenAct;
}

/** What people do to messages: kept by message, kind and person, and shown by the message as soon as that is here. */
export interface Acts {
  readonly kind: ChangeKind<Omit<ActRow, 'accountId'>>;
  /** Own acts among these messages, which the network has now. */
  confirmed(tx: Transaction, rows: readonly MessageRow[]): Promise<void>;
  /**
   * Brings messages in line with what was done to them before they were here; with an event for each act, unless it is
   * `silent`. Returns the messages that changed, by id; `told` adds the events, so that others may go before.
   */
  settle(tx: Transaction, targets: readonly ActsOf[]): Promise<Settled>;
  /** Keeps acts and settles their messages without an event. */
  takeSilently(tx: Transaction, acts: readonly ActRow[]): Promise<void>;
}

export interface Settled {
  rows: Map<string, MessageRow>;
  tell(): void;
}

const nothing: Settled = { rows: new Map(), tell: () => undefined };

export function createActs({ events, secrets, openAct }: ActsOptions): Acts {
  async function settle(tx: Transaction, targets: readonly ActsOf[]): Promise<Settled> {
    if (targets.length === 0) return nothing;
    await openActs(tx, targets);
    const applied = await applyActs(tx, targets);
    if (applied.length === 0) return nothing;
    const changed = await showActs(tx, [...new Set(applied.map(({ messageId }) => messageId))]);
    await forgetStoredFiles(
      tx,
      changed.filter(({ deletedAt }) => deletedAt).map(({ id }) => id),
    );
    const rows = new Map(changed.map((row) => [row.id, row]));
    tx.afterCommit(() => changed.forEach((row) => announceChange(events, row)));
    return { rows, tell: () => events.publish(tx, occurrencesOf(applied, rows)) };
  }

  async function openActs(tx: Transaction, targets: readonly ActsOf[]): Promise<void> {
    const found = (await listUnopenedActs(tx, targets)).flatMap((act) => {
      const { accountId, targetId, kind, fromJid } = act;
      const inside = openAct(act, keysOf(act), addresses(fromJid, act.fromLid));
      return inside ? [{ accountId, targetId, kind, fromJid, ...inside }] : [];
    });
    if (found.length > 0) await storeOpenedActs(tx, found);
  }

  /** When it was done is inside: what can be opened is opened first, so that the last of each person counts. */
  async function opened(tx: Transaction, acts: readonly ActRow[]): Promise<readonly ActRow[]> {
    const sealed = acts.filter(({ kind, encrypted }) => encrypted && kind !== 'vote');
    if (sealed.length === 0) return acts;
    const targets = await listTargets(tx, sealed);
    return acts.map((act) => {
      const { kind, encrypted } = act;
      if (!encrypted || kind === 'deletion' || kind === 'vote') return act;
      const about = targets.filter((each) => each.accountId === act.accountId && each.targetId === act.targetId);
      for (const target of about) {
        const inside = openAct({ kind, encrypted }, keysOf(target), addresses(act.fromJid, act.fromLid));
        if (inside && 'text' in inside) return { ...act, text: inside.text, turn: inside.turn ?? act.turn };
      }
      return act;
    });
  }

  function keysOf(target: TargetRow): TargetKeys {
    const { messageId, targetId, type, content, original, secret } = target;
    const poll = contentOf({ type, text: null, content });
    return {
      remoteId: targetId,
      options: poll?.type === 'poll' ? poll.options : [],
      original: original && secrets.open(original, originalPlace(messageId)),
      secrets: [
        ...(secret ? [secrets.open(secret, secretPlace(messageId))] : []),
        ...(type === 'poll' ? [pollSecret(secrets, messageId)] : []),
      ],
      authors: addresses(target.authorJid, target.authorLid),
    };
  }

  async function take(tx: Transaction, acts: readonly ActRow[]): Promise<Settled> {
    return acts.length === 0 ? nothing : settle(tx, await storeActs(tx, await opened(tx, acts)));
  }

  return {
    kind: {
      name: 'message-acts',
      order: 5,
      async apply(tx, changes) {
        const settled = await take(
          tx,
          changes.map(({ owner, row }) => ({ ...row, accountId: owner })),
        );
        settled.tell();
      },
    },
    async confirmed(tx, rows) {
      (await take(tx, rows.flatMap(ownAct))).tell();
    },
    settle,
    async takeSilently(tx, acts) {
      await take(tx, acts);
    },
  };
}

function occurrencesOf(applied: readonly AppliedAct[], rows: ReadonlyMap<string, MessageRow>) {
  return applied.flatMap((act) => {
    const row = rows.get(act.messageId);
    return row ? [actOccurrence(row, act)] : [];
  });
}

function addresses(jid: string, lid: string | null): string[] {
  return [...new Set(lid === null ? [jid] : [jid, lid])];
}

/** How an act stands in its row. */
export function columnsOfAct({
  targetId,
  act,
  at,
  turn,
}: DatedAct): Pick<ActRow, 'targetId' | 'kind' | 'text' | 'encrypted' | 'at' | 'turn'> {
  const encrypted = 'encrypted' in act ? act.encrypted : null;
  return { targetId, kind: act.kind, text: textOf(act), encrypted, at, turn };
}

function textOf(act: Act): string | null {
  if ('encrypted' in act) return null;
  if (act.kind === 'reaction') return act.emoji;
  return act.kind === 'edit' ? act.text : null;
}

export function rowOfAct(act: IncomingAct): Omit<ActRow, 'accountId'> {
  const { chat, from, fromMe, asAdmin } = act;
  const whose = { fromJid: from.jid, fromPhone: from.phone, fromLid: from.lid, fromName: from.name };
  return { ...columnsOfAct(act), chatJid: chat.jid, fromMe, ...whose, asAdmin };
}

const confirmedStatuses: readonly string[] = ['sent', 'delivered', 'read', 'played'];

/** What a message of ours does to another; nothing for those that stand for themselves or never left. */
function ownAct(row: MessageRow): ActRow[] {
  const target = targetOf(row);
  const kind = actTypes.find((type) => type === row.type);
  if (!target || !kind || !row.sentAt || !confirmedStatuses.includes(row.status)) return [];
  const ms = row.sentAt.getTime();
  return [
    {
      accountId: row.accountId,
      targetId: target.remoteId,
      kind,
      chatJid: row.chatJid,
      fromMe: true,
      fromJid: row.fromJid,
      fromPhone: row.fromPhone,
      fromLid: row.fromLid,
      fromName: row.fromName,
      asAdmin: false,
      text: kind === 'deletion' ? null : (row.text ?? ''),
      encrypted: null,
      at: new Date(ms - (ms % 1_000)),
      // Those that were confirmed together were accepted one after the other.
      turn: ms * 1_000 + (row.position % 1_000),
    },
  ];
}
