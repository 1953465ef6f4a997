import type { Person } from '../../channels/content.ts';
import type { Queryable } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { addressOf, type Contact, contactOf } from './contact.ts';
import {
  type ContactFilter,
  type ContactRow,
  findByAddress,
  findContact,
  knownContact,
  listContacts,
} from './contacts.store.ts';

export type { Contact } from './contact.ts';
export { createContactInbox } from './contact-inbox.ts';
export { contactFields } from './contacts.schemas.ts';

/** People of an account, as far as its phone or what they wrote has told who they are. */
export interface Contacts {
  /** The last that appeared first, with the place of what follows. Throws `account.not_found`. */
  list(filter: ContactFilter): Promise<{ contacts: Contact[]; nextPosition: number | null }>;
  /** Throws `contact.not_found`, also where it is another account's. */
  get(id: string, accountId: string | undefined): Promise<Contact>;
  /** Who stands behind these addresses of people, by address; those who are not known are left out. */
  behind(accountId: string, people: readonly Pick<Person, 'jid'>[]): Promise<ReadonlyMap<string, Contact>>;
}

export interface ContactsOptions {
  database: Queryable;
  accounts: Pick<Accounts, 'get'>;
}

export function createContacts({ database, accounts }: ContactsOptions): Contacts {
  return {
    async list(filter) {
      const rows = await listContacts(database, { ...filter, limit: filter.limit + 1 });
      if (rows.length === 0) await accounts.get(filter.accountId);
      const page = rows.slice(0, filter.limit);
      const nextPosition = rows.length > filter.limit ? (page.at(-1)?.position ?? null) : null;
      return { contacts: page.map(contactOfRow), nextPosition };
    },
    async get(id, accountId) {
      const row = await findContact(database, id, accountId);
      if (!row) throw new AppError('contact.not_found', { status: 404, detail: 'There is no such contact.' });
      return contactOfRow(row);
    },
    async behind(accountId, people) {
      const jids = [...new Set(people.map(({ jid }) => jid))];
      if (jids.length === 0) return new Map();
      const addresses = jids.map(addressOf);
      const rows = await findByAddress(database, accountId, {
        phones: addresses.flatMap(({ phone }) => phone ?? []),
        lids: addresses.flatMap(({ lid }) => lid ?? []),
      });
      const contacts = rows.map(contactOfRow);
      const byAddress = new Map(
        contacts.flatMap((contact) => [contact.phone, contact.lid].map((address) => [address, contact] as const)),
      );
      return new Map(
        jids.flatMap((jid) => {
          const { phone, lid } = addressOf(jid);
          const contact = byAddress.get(phone ?? lid);
          return contact ? [[jid, contact] as const] : [];
        }),
      );
    },
  };
}

function contactOfRow(row: ContactRow): Contact {
  return contactOf(row.accountId, knownContact(row));
}
