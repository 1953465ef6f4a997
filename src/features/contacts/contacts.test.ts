import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaseOn } from '../../../test/doubles/leases.ts';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import type { ChannelNotice } from '../../channels/channel.ts';
import type { ContactNameKind } from '../../channels/contact.ts';
import type { IncomingMessage } from '../../channels/content.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createCommitWriter, type Lane } from '../../platform/commit-writer.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { wantedFileKind } from '../media/stored-files.store.ts';
import { createMediaLinks, createMessageInbox } from '../messages/messages.ts';
import { type Contact, contactOf } from './contact.ts';
import { createContactInbox } from './contact-inbox.ts';
import { knownContact, listContacts } from './contacts.store.ts';

const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
const events = createEventBus(clock);
const key = secrets.derive('links', 32);
const links = createMediaLinks({ clock, key, publicUrl: 'http://localhost' });
const storedFiles = { wanted: wantedFileKind(events, 'wanted files') };
const inboxes = [
  createMessageInbox({ events, secrets, links, openAct: () => undefined, storedFiles, clock }),
  createContactInbox({ events, clock }),
];
let database: TestDatabase;
let accounts = 0;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

interface Account {
  id: string;
  lane: Lane;
}

async function newAccount(): Promise<Account> {
  accounts += 1;
  const id = `acc_${accounts}`;
  await database.execute(
    `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, 'Shop', 'sandbox', 'ready', '')`,
    [id],
  );
  const writer = createCommitWriter({ database, clock, log: createRecordingLog() });
  return { id, lane: writer.lane(await leaseOn(database, id)) };
}

/** What a channel tells, each list in one commit. */
type Told = { notice: ChannelNotice } | { message: IncomingMessage };

async function tell({ lane }: Account, ...batches: (readonly Told[])[]): Promise<void> {
  for (const told of batches) {
    const batch = lane.batch();
    for (const each of told) {
      for (const inbox of inboxes) {
        if ('notice' in each) inbox.notice(each.notice, batch);
        else inbox.incoming(each.message, batch, { storeFile: false });
      }
    }
    lane.commit(batch);
    await lane.settled();
  }
}

const phoneOf = (person: number): string => `+49170000000${person}`;
const lidOf = (person: number): string => `10000${person}@lid`;
const at = (second: number): Date => new Date(1_700_000_000_000 + second * 1000);

type Address = 'phone' | 'lid' | 'both';

function addresses(person: number, by: Address): { phone: string | null; lid: string | null } {
  return { phone: by === 'lid' ? null : phoneOf(person), lid: by === 'phone' ? null : lidOf(person) };
}

function named(person: number, by: Address, kind: ContactNameKind, text: string, second: number): Told {
  const fact = { ...addresses(person, by), name: { kind, text, at: at(second) } };
  return { notice: { kind: 'contacts', facts: [fact] } };
}

function mapped(person: number, phone = phoneOf(person)): Told {
  return { notice: { kind: 'mapping', lid: lidOf(person), phone } };
}

let messages = 0;
function wrote(person: number, by: Address, name: string | null, second: number): Told {
  messages += 1;
  const { phone, lid } = addresses(person, by);
  const jid = phone === null ? lidOf(person) : `${phone.slice(1)}@s.whatsapp.net`;
  return {
    message: {
      remoteId: `M${messages}`,
      chat: { jid: '120363000000000001@g.us', type: 'group' },
      address: '120363000000000001@g.us',
      chatAlias: null,
      from: { jid, phone, lid, name },
      fromMe: false,
      content: { type: 'text', text: 'Hello' },
      original: null,
      secret: null,
      replyTo: null,
      mentions: [],
      sentAt: at(second),
      arrival: 'live',
    },
  };
}

async function contactsOf({ id }: Account): Promise<Contact[]> {
  const all = { accountId: id, search: undefined, beforePosition: undefined, limit: 100 };
  return (await listContacts(database, all)).map((row) => contactOf(id, knownContact(row))).toReversed();
}

async function published({ id }: Account): Promise<{ name: string; data: Contact & { replaces?: string[] } }[]> {
  return database.rows(
    `SELECT names[1] AS name, data FROM events WHERE account_id = $1 AND names[1] LIKE 'contacts.%' ORDER BY sequence`,
    [id],
  );
}

test('who comes by a hidden address, and later by number, is one contact that keeps its id', async () => {
  const account = await newAccount();
  await tell(account, [wrote(1, 'lid', 'Ana', 1)], [named(1, 'phone', 'saved', 'Ana Lima', 2)]);
  const [first, second] = await contactsOf(account);
  expect(first).toMatchObject({ lid: lidOf(1), phone: null, name: 'Ana', jid: lidOf(1) });
  expect(second).toMatchObject({ lid: null, phone: phoneOf(1), name: 'Ana Lima' });
  await tell(account, [mapped(1)]);
  const one = { id: first?.id, lid: lidOf(1), phone: phoneOf(1), name: 'Ana Lima', pushName: 'Ana' };
  expect(await contactsOf(account)).toMatchObject([one]);
  const told = await published(account);
  expect(told.map(({ name }) => name)).toEqual(['contacts.upsert', 'contacts.upsert', 'contacts.update']);
  expect(told.at(-1)?.data).toMatchObject({ ...one, replaces: [second?.id] });
  expect(told.at(-1)?.data).toEqual({ ...(await contactsOf(account))[0], replaces: [second?.id] });
});

test('a mapping makes nobody a contact, and is known when somebody appears', async () => {
  const account = await newAccount();
  await tell(account, [mapped(1), mapped(2)]);
  expect(await contactsOf(account)).toEqual([]);
  await tell(account, [wrote(1, 'lid', null, 1)], [wrote(2, 'phone', 'Ben', 1)]);
  expect(await contactsOf(account)).toMatchObject([
    { phone: phoneOf(1), lid: lidOf(1), name: null },
    { phone: phoneOf(2), lid: lidOf(2), name: 'Ben' },
  ]);
});

test('the saved name goes before the verified one, and that before what people call themselves', async () => {
  const account = await newAccount();
  await tell(account, [wrote(1, 'phone', 'the shop', 9)]);
  expect(await contactsOf(account)).toMatchObject([{ name: 'the shop' }]);
  await tell(account, [named(1, 'phone', 'verified', 'Shop GmbH', 2)]);
  expect(await contactsOf(account)).toMatchObject([{ name: 'Shop GmbH' }]);
  await tell(account, [named(1, 'phone', 'saved', 'My shop', 1)]);
  expect(await contactsOf(account)).toMatchObject([
    { name: 'My shop', savedName: 'My shop', verifiedName: 'Shop GmbH', pushName: 'the shop' },
  ]);
});

test('only what changes is told, once', async () => {
  const account = await newAccount();
  const again = [wrote(1, 'both', 'Ana', 5), wrote(1, 'lid', 'Ana', 6), wrote(1, 'phone', 'Ana', 4), mapped(1)];
  await tell(account, again, again, [wrote(1, 'phone', 'Anna', 3)], [wrote(1, 'phone', 'Ana B', 8)], again);
  const told = await published(account);
  expect(told.map(({ name, data }) => [name, data.pushName])).toEqual([
    ['contacts.upsert', 'Ana'],
    ['contacts.update', 'Ana B'],
  ]);
});

test('a name that was confirmed later is not replaced by one from before', async () => {
  const account = await newAccount();
  await tell(account, [wrote(1, 'phone', 'New', 1)], [wrote(1, 'phone', 'New', 9)], [wrote(1, 'phone', 'Old', 5)]);
  expect(await contactsOf(account)).toMatchObject([{ pushName: 'New' }]);
});

test('who takes another number is the same contact, and the number is free for somebody else', async () => {
  const account = await newAccount();
  await tell(account, [wrote(1, 'both', 'Ana', 1), wrote(2, 'both', 'Ben', 1)]);
  const [ana, ben] = await contactsOf(account);
  // In one commit Ben gets Ana's number, while Ana has a new one.
  await tell(account, [mapped(1, phoneOf(3)), mapped(2, phoneOf(1))]);
  expect(await contactsOf(account)).toMatchObject([
    { id: ana?.id, phone: phoneOf(3), lid: lidOf(1), name: 'Ana' },
    { id: ben?.id, phone: phoneOf(1), lid: lidOf(2), name: 'Ben' },
  ]);
});

test('names are cut, and an empty one is none', async () => {
  const account = await newAccount();
  await tell(account, [wrote(1, 'phone', '  ', 1), wrote(2, 'phone', `${'x'.repeat(199)}👍`, 1)]);
  const [nobody, long] = await contactsOf(account);
  expect(nobody?.name).toBeNull();
  expect(long?.name).toHaveLength(200);
});

const anyBy = fc.constantFrom<Address>('phone', 'lid', 'both');
const anyPerson = fc.integer({ min: 1, max: 3 });
const anyText = fc.constantFrom('Ana', 'Ben', 'Cleo');
const anySecond = fc.integer({ min: 0, max: 4 });
const anyFact: fc.Arbitrary<Told> = fc.oneof(
  fc.tuple(anyPerson, anyBy, anyText, anySecond).map((given) => wrote(...given)),
  fc
    .tuple(anyPerson, anyBy, fc.constantFrom<ContactNameKind>('saved', 'verified', 'push'), anyText, anySecond)
    .map((given) => named(...given)),
  anyPerson.map((person) => mapped(person)),
);

/** What is known in the end, whoever was there first. */
async function endOf(batches: readonly (readonly Told[])[]): Promise<object[]> {
  const account = await newAccount();
  await tell(account, ...batches);
  return (await contactsOf(account))
    .map(({ phone, lid, savedName, verifiedName, pushName }) => ({ phone, lid, savedName, verifiedName, pushName }))
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

test('the same facts in any order, however often and in whatever commits, give the same contacts', async () => {
  const orders = fc.array(anyFact, { minLength: 1, maxLength: 8 }).chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      // Everything at least once, some twice.
      again: fc
        .subarray([...facts])
        .chain((some) => fc.shuffledSubarray([...facts, ...some], { minLength: facts.length + some.length })),
      size: fc.integer({ min: 1, max: 4 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(orders, async ({ facts, again, size }) => {
      const batches = Array.from({ length: Math.ceil(again.length / size) }, (_, index) =>
        again.slice(index * size, (index + 1) * size),
      );
      expect(await endOf(batches)).toEqual(await endOf([facts]));
    }),
    { numRuns: 60 },
  );
}, 60_000);
