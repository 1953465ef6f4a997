import type { IncomingAct } from '../../channels/acts.ts';
import type { ChannelNotice } from '../../channels/channel.ts';
import type { ContactFact } from '../../channels/contact.ts';
import type { IncomingMessage, Person } from '../../channels/content.ts';
import type { EventName } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Batch, ChangeKind } from '../../platform/commit-writer.ts';
import type { Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import { contactOf } from './contact.ts';
import { laterName, learn, type LearntContact, type LearntFact } from './contact-merging.ts';
import { findKnown, knownContact, type OwnedFact, redate, writeContacts } from './contacts.store.ts';

/** Keeps who appears in what a channel tells. Nothing here waits or writes by itself. */
export interface ContactInbox {
  incoming(message: IncomingMessage, batch: Batch): void;
  act(act: IncomingAct, batch: Batch): void;
  notice(notice: ChannelNotice, batch: Batch): void;
}

const longestName = 200;

export function createContactInbox({ events, clock }: { events: EventBus; clock: Clock }): ContactInbox {
  const kind = contactKind(events, clock);

  function add(fact: ContactFact, appears: boolean, batch: Batch): void {
    const text = fact.name?.text.trim().slice(0, longestName).toWellFormed();
    const name = fact.name && text ? { ...fact.name, text } : null;
    if (fact.phone !== null || fact.lid !== null) batch.add(kind, { ...fact, name, appears });
  }

  function wrote({ from, fromMe }: { from: Person; fromMe: boolean }, at: Date, batch: Batch): void {
    if (fromMe) return;
    const name = from.name === null ? null : ({ kind: 'push', text: from.name, at } as const);
    add({ phone: from.phone, lid: from.lid, name }, true, batch);
  }

  return {
    incoming: (message, batch) => wrote(message, message.sentAt, batch),
    act: (act, batch) => wrote(act, act.at, batch),
    notice(notice, batch) {
      if (notice.kind === 'contacts') for (const fact of notice.facts) add(fact, true, batch);
      if (notice.kind === 'mapping') add({ phone: notice.phone, lid: notice.lid, name: null }, false, batch);
    },
  };
}

/** After the mappings of the same commit, which it reads. */
function contactKind(events: EventBus, clock: Clock): ChangeKind<LearntFact> {
  return {
    name: 'contacts',
    order: 3,
    async apply(tx, changes) {
      const left = await redate(tx, latestOf(changes.map(({ owner, row }) => ({ ...row, accountId: owner }))));
      if (left.length > 0) await learnAll(tx, left, { events, clock });
    },
  };
}

async function learnAll(
  tx: Transaction,
  given: readonly OwnedFact[],
  { events, clock }: { events: EventBus; clock: Clock },
): Promise<void> {
  const { rows, pairs } = await findKnown(tx, given);
  const create = () => ({ id: newId('con', clock.now()), createdAt: clock.now() });
  const accountIds = [...new Set(given.map(({ accountId }) => accountId))];
  const contacts = accountIds.flatMap((accountId) => {
    const facts = given.filter((fact) => fact.accountId === accountId);
    const known = rows.filter((row) => row.accountId === accountId).map(knownContact);
    const own = pairs.filter((pair) => pair.accountId === accountId);
    return learn({ known, facts, pairs: own, create }).map((result) => ({ ...result, accountId }));
  });
  await writeContacts(tx, { gone: contacts.flatMap(({ merged }) => merged), contacts });
  const seen = contacts.filter(({ kind }) => kind !== 'redated');
  events.publish(
    tx,
    seen.map((each) => ({ accountId: each.accountId, ...told(each) })),
  );
  tx.afterCommit(() => {
    for (const accountId of new Set(seen.map((each) => each.accountId))) events.announce(`names:${accountId}`);
  });
}

function told({ accountId, contact, kind, merged }: LearntContact & { accountId: string }): {
  names: EventName[];
  data: object;
} {
  const data = contactOf(accountId, contact);
  if (kind === 'new') return { names: ['contacts.upsert'], data };
  return { names: ['contacts.update'], data: { ...data, replaces: merged } };
}

/** Of what is told of one address at once, the latest name of each kind. */
function latestOf(facts: readonly OwnedFact[]): OwnedFact[] {
  const latest = new Map<string, OwnedFact>();
  for (const fact of facts) {
    const { accountId, phone, lid, name, appears } = fact;
    const key = [accountId, phone, lid, name?.kind, appears].join(' ');
    const before = latest.get(key)?.name ?? null;
    latest.set(key, before && laterName(before, name) === before ? { ...fact, name: before } : fact);
  }
  return [...latest.values()];
}
