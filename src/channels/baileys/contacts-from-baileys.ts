import type { BaileysEventMap, Contact } from '@whiskeysockets/baileys';
import { bareJid, isLid, phoneOf } from '../address.ts';
import type { ContactFact, ContactNameKind } from '../contact.ts';
import { storable } from './content-from-baileys.ts';

/** Anything that was told by itself is newer than what the history says. */
const longAgo = new Date(0);

/**
 * The names of people that Baileys tells: of the address book (`contacts.upsert`, from `processContactAction` in its
 * `Utils/sync-action-utils.js`), of businesses (`contacts.update`), and of the history (`Utils/history.js`). The name that
 * a message carries is left to the message, which says since when it holds.
 */
export function contactFactsOf(events: Partial<BaileysEventMap>, now: Date): ContactFact[] {
  const history = events['messaging-history.set']?.contacts ?? [];
  return [
    // Their `lid` may be the account's own (`accountLid`); which are of one person is told as mappings.
    ...history.flatMap(({ id, name, verifiedName, notify }) => [
      ...named({ id }, 'saved', name, longAgo),
      ...named({ id }, 'verified', verifiedName, longAgo),
      ...named({ id }, 'push', notify, longAgo),
    ]),
    ...(events['contacts.upsert'] ?? []).flatMap((contact) => named(contact, 'saved', contact.name, now)),
    ...(events['contacts.update'] ?? []).flatMap(({ id, verifiedName }) =>
      id === undefined ? [] : named({ id }, 'verified', verifiedName, now),
    ),
  ];
}

type Addresses = Pick<Contact, 'id' | 'lid' | 'phoneNumber'>;

function named(
  { id, lid: givenLid, phoneNumber }: Addresses,
  kind: ContactNameKind,
  given: string | undefined,
  at: Date,
): ContactFact[] {
  const jids = [id, phoneNumber ?? '', givenLid ?? ''].map(bareJid);
  const phone = jids.map(phoneOf).find((found) => found !== null) ?? null;
  const lid = jids.find(isLid) ?? null;
  const text = storable(given ?? '').trim();
  // Where a phone has no name for somebody, it may give the number.
  if (!/\p{L}/u.test(text) && /\d/.test(text)) return [];
  return text === '' || (phone === null && lid === null) ? [] : [{ phone, lid, name: { kind, text, at } }];
}
