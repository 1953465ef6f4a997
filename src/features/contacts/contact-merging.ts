import { type ContactFact, type ContactNameKind, contactNameKinds } from '../../channels/contact.ts';

export interface DatedName {
  text: string;
  at: Date;
}

export interface KnownContact {
  id: string;
  /** Order in which contacts appeared; null of one that is not stored yet. */
  position: number | null;
  phone: string | null;
  lid: string | null;
  names: Readonly<Record<ContactNameKind, DatedName | null>>;
  createdAt: Date;
}

export interface LearntFact extends ContactFact {
  /** The person did something, or is in the address book: enough to become a contact. */
  appears: boolean;
}

/** Two addresses that are of one person. */
export interface AddressPair {
  phone: string;
  lid: string;
}

export interface LearntContact {
  contact: KnownContact;
  kind: 'new' | 'changed' | 'redated';
  /** Ids of contacts that turned out to be the same person. */
  merged: readonly string[];
}

export interface Merging {
  /** Contacts that share an address with one of the facts, or with one of the pairs. */
  known: readonly KnownContact[];
  facts: readonly LearntFact[];
  /** Of addresses in the facts, as they were told before. */
  pairs: readonly AddressPair[];
  /** A contact without addresses and names. */
  create: () => Pick<KnownContact, 'id' | 'createdAt'>;
}

const noNames = { saved: null, verified: null, push: null };

/**
 * What the facts about people of one account come to, given what is known of them. Facts may come in any order and again:
 * the names are the same in the end. Where addresses contradict each other, the last fact is right.
 */
export function learn({ known, facts, pairs, create }: Merging): LearntContact[] {
  const people = new People(known);
  const phones = new Map(pairs.map(({ phone, lid }) => [lid, phone]));
  const lids = new Map(pairs.map(({ phone, lid }) => [phone, lid]));

  const phoneOf = (lid: string): string | null => people.withLid(lid)?.phone ?? phones.get(lid) ?? null;
  const lidOf = (phone: string): string | null => people.withPhone(phone)?.lid ?? lids.get(phone) ?? null;

  for (const fact of facts) {
    const { lid: givenLid, phone: givenPhone } = fact;
    const phone = givenPhone ?? (givenLid === null ? null : phoneOf(givenLid));
    const lid = givenLid ?? (givenPhone === null ? null : lidOf(givenPhone));
    people.tell({ ...fact, phone, lid }, create);
  }
  return people.learnt();
}

/** The later name; of two from the same moment always the same one. */
export function laterName(one: DatedName | null, other: DatedName | null): DatedName | null {
  if (!one || !other) return one ?? other;
  const difference = one.at.getTime() - other.at.getTime();
  if (difference !== 0) return difference > 0 ? one : other;
  return one.text > other.text ? one : other;
}

class People {
  private readonly before: ReadonlyMap<string, KnownContact>;
  private readonly present = new Map<string, KnownContact>();
  private readonly byPhone = new Map<string, string>();
  private readonly byLid = new Map<string, string>();
  private readonly mergedInto = new Map<string, string[]>();

  constructor(known: readonly KnownContact[]) {
    this.before = new Map(known.map((contact) => [contact.id, contact]));
    for (const contact of known) this.put(contact);
  }

  withPhone(phone: string): KnownContact | undefined {
    return this.present.get(this.byPhone.get(phone) ?? '');
  }

  withLid(lid: string): KnownContact | undefined {
    return this.present.get(this.byLid.get(lid) ?? '');
  }

  tell({ phone, lid, name, appears }: LearntFact, create: Merging['create']): void {
    const found = [
      phone === null ? undefined : this.withPhone(phone),
      lid === null ? undefined : this.withLid(lid),
    ].flatMap((contact) => contact ?? []);
    const [kept, other] = [...new Set(found)].toSorted(byAge);
    if (!kept && !appears) return;
    const base = kept ?? { ...create(), position: null, phone: null, lid: null, names: noNames };
    const named = name && { [name.kind]: laterName(base.names[name.kind], name) };
    const names = mergeNames({ ...base.names, ...named }, other?.names ?? noNames);
    for (const contact of [kept, other]) if (contact) this.take(contact);
    if (other) this.mergedInto.set(base.id, [...this.mergedOf(base.id), other.id, ...this.mergedOf(other.id)]);
    this.put({ ...base, phone: phone ?? base.phone, lid: lid ?? base.lid, names });
  }

  learnt(): LearntContact[] {
    return [...this.present.values()].flatMap((contact) => {
      const before = this.before.get(contact.id);
      const merged = this.mergedOf(contact.id).filter((id) => this.before.has(id));
      const kind = !before ? 'new' : merged.length > 0 ? 'changed' : changeOf(before, contact);
      return kind ? [{ contact, kind, merged }] : [];
    });
  }

  private mergedOf(id: string): string[] {
    return this.mergedInto.get(id) ?? [];
  }

  private put(contact: KnownContact): void {
    this.present.set(contact.id, contact);
    if (contact.phone !== null) this.byPhone.set(contact.phone, contact.id);
    if (contact.lid !== null) this.byLid.set(contact.lid, contact.id);
  }

  private take({ id, phone, lid }: KnownContact): void {
    this.present.delete(id);
    if (phone !== null) this.byPhone.delete(phone);
    if (lid !== null) this.byLid.delete(lid);
  }
}

/** The oldest first; its id stays. */
function byAge(one: KnownContact, other: KnownContact): number {
  return (one.position ?? Number.MAX_SAFE_INTEGER) - (other.position ?? Number.MAX_SAFE_INTEGER);
}

function mergeNames(one: KnownContact['names'], other: KnownContact['names']): KnownContact['names'] {
  return {
    saved: laterName(one.saved, other.saved),
    verified: laterName(one.verified, other.verified),
    push: laterName(one.push, other.push),
  };
}

function changeOf(before: KnownContact, contact: KnownContact): LearntContact['kind'] | undefined {
  if (before.phone !== contact.phone || before.lid !== contact.lid) return 'changed';
  const isNamedAnew = contactNameKinds.some((kind) => before.names[kind]?.text !== contact.names[kind]?.text);
  if (isNamedAnew) return 'changed';
  const isRedated = contactNameKinds.some(
    (kind) => before.names[kind]?.at.getTime() !== contact.names[kind]?.at.getTime(),
  );
  return isRedated ? 'redated' : undefined;
}
