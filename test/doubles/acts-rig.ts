import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { OpenAct } from '../../src/channels/acts.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';
import type { ChangeKind } from '../../src/platform/change.ts';
import { createEventBus } from '../../src/platform/event-bus.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import type { ActRow } from '../../src/features/messages/acts.store.ts';
import { createActs } from '../../src/features/messages/acts.ts';
import { type IncomingRow, incomingKind, mappingKind } from '../../src/features/messages/inbox.store.ts';
import { createMediaLinks } from '../../src/features/messages/media-links.ts';
import { type Message, messageOf } from '../../src/features/messages/message.ts';
import { findByRemoteId } from '../../src/features/messages/messages.store.ts';

export const chat = '491701234567@s.whatsapp.net';
export const lid = '12345@lid';

let messages = 0;
/** A text of a customer, but for what is given. */
export function arrival(different: Partial<IncomingRow> = {}): IncomingRow {
  messages += 1;
  return {
    id: `msg_${messages}`,
    remoteId: 'M1',
    chatJid: chat,
    chatType: 'personal',
    address: chat,
    fromJid: chat,
    fromPhone: '+491701234567',
    fromLid: null,
    fromName: null,
    fromMe: false,
    type: 'text',
    text: 'hello',
    content: null,
    mentions: [],
    original: null,
    secret: null,
    replyTo: null,
    sentAt: new Date('2026-01-01T00:00:00Z'),
    ...different,
  };
}

export type GivenAct = Omit<ActRow, 'accountId'>;
/** What the customer does to that text so many seconds later. */
export function act(kind: GivenAct['kind'], seconds: number, different: Partial<GivenAct> = {}): GivenAct {
  return {
    targetId: 'M1',
    kind,
    chatJid: chat,
    fromMe: false,
    fromJid: chat,
    fromPhone: '+491701234567',
    fromLid: null,
    fromName: null,
    asAdmin: false,
    text: kind === 'reaction' || kind === 'edit' ? String(seconds) : null,
    encrypted: kind === 'vote' ? Buffer.from('') : null,
    at: new Date(1_767_225_600_000 + seconds * 1_000),
    turn: seconds * 1_000_000,
    ...different,
  };
}

const toldSql = 'SELECT names[1] AS name, data FROM events WHERE account_id = $1';

interface Told {
  name: string;
  data: Message & Record<string, unknown>;
}

export interface ActsRig {
  readonly database: TestDatabase;
  /** Another one for each test. */
  readonly accountId: string;
  arrives(...rows: IncomingRow[]): Promise<void>;
  /** What follows from one commit. */
  apply<Row>(kind: ChangeKind<Row>, ...rows: Row[]): Promise<void>;
  /** In one commit. */
  happen(...rows: GivenAct[]): Promise<void>;
  /** The phone behind `lid`. */
  learn(phone: string): Promise<void>;
  /** What stands under the network's id. */
  stored(remoteId?: string): Promise<Message>;
  emojis(): Promise<string[]>;
  /** Events of messages, each with its most specific name. */
  told(): Promise<Told[]>;
  /** Events of chats. */
  toldOfChats(): Promise<{ name: string; data: object }[]>;
  namesTold(): Promise<string[]>;
}

/**
 * The receiving side of messages on a database of its own. What is encrypted says in plain words what was chosen or said, or is
 * `closed`.
 */
export function useActsRig(): ActsRig {
  const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
  const events = createEventBus(clock);
  const openAct: OpenAct = ({ kind, encrypted }) => {
    const text = Buffer.from(encrypted).toString();
    if (text === 'closed') return undefined;
    return kind === 'vote' ? { options: text.split(',').filter((option) => option !== '') } : { text, turn: null };
  };
  const acts = createActs({ events, secrets, openAct });
  const links = createMediaLinks({ key: secrets.derive('links', 32), publicUrl: 'http://localhost', clock });
  const arrivals = incomingKind(events, links, acts);
  const mappings = mappingKind(events, acts);
  let database: TestDatabase;
  let accountId = '';
  let accounts = 0;

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    accounts += 1;
    accountId = `acc_${accounts}`;
    await database.execute(
      `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'sandbox', 'ready', '')`,
      [accountId],
    );
  });

  function apply<Row>(kind: ChangeKind<Row>, rows: readonly Row[]): Promise<void> {
    const changes = rows.map((row) => ({ owner: accountId, row }));
    return database.transaction((tx) => kind.apply(tx, changes));
  }

  const rig: ActsRig = {
    get database() {
      return database;
    },
    get accountId() {
      return accountId;
    },
    apply: (kind, ...rows) => apply(kind, rows),
    arrives: (...rows) => apply(arrivals, rows),
    happen: (...rows) => apply(acts.kind, rows),
    learn: (phone) => apply(mappings, [{ lid, phone }]),
    async stored(remoteId = 'M1') {
      const row = await findByRemoteId(database, accountId, remoteId);
      if (!row) throw new Error('There is no such message');
      return messageOf(row);
    },
    emojis: async () => (await rig.stored()).reactions.map(({ emoji }) => emoji),
    told: () => database.rows<Told>(`${toldSql} AND names[1] NOT LIKE 'chats.%' ORDER BY sequence`, [accountId]),
    toldOfChats: () => database.rows(`${toldSql} AND names[1] LIKE 'chats.%' ORDER BY sequence`, [accountId]),
    namesTold: async () => (await rig.told()).map(({ name }) => name),
  };
  return rig;
}
