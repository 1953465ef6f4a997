import { mediaOf } from './simulated-media.ts';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type BaileysChannelOptions, createBaileysChannel } from '../../src/channels/baileys/baileys-channel.ts';
import type { ChannelTimings } from '../../src/channels/baileys/timings.ts';
import type { Channel } from '../../src/channels/channel.ts';
import type { OutgoingMessage } from '../../src/channels/content.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { type CommitWriter, createCommitWriter } from '../../src/platform/commit-writer.ts';
import { createLeases, type Lease, type Leases } from '../../src/platform/leases.ts';
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts';
import { createSlots } from '../../src/platform/slots.ts';
import type { Control, VirtualPhone } from '../../src/simulator/control.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { longLease } from './leases.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { createRecordingSink, type RecordingSink } from './recording-sink.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

/** Short where a test waits for it, long where it must not happen. */
export const shortTimings: ChannelTimings = {
  connectTimeoutMs: 20_000,
  qrLifeMs: undefined,
  acknowledgementTimeoutMs: 10_000,
  silenceMs: 60_000,
  stallMs: 60_000,
  closeMs: 500,
  codeAnswerMs: 10_000,
  codeTypedMs: 60_000,
  settledMs: 60_000,
  pairingMs: 120_000,
  unconfirmedTries: 3,
  drainMs: 5_000,
  mostWaiting: 1_000,
  reconnect: { firstMs: 10, longestMs: 40, unavailableMs: 20, replacedMs: 20, clientOutdatedMs: 20 },
};

export interface ChannelAccount {
  readonly accountId: string;
  readonly phone: VirtualPhone;
  readonly channel: Channel;
  readonly told: RecordingSink;
}

export type ChannelOverrides = Partial<Omit<BaileysChannelOptions, 'timings'>> & { timings?: Partial<ChannelTimings> };

export interface BaileysRig {
  readonly simulator: Simulator;
  readonly control: Control;
  readonly database: TestDatabase;
  readonly writer: CommitWriter;
  readonly secrets: Secrets;
  readonly log: RecordingLog;
  /** A phone that nobody has used. */
  newPhone(): VirtualPhone;
  /** A channel of a new account, not started, and the phone that will scan its code. */
  unlinked(overrides?: ChannelOverrides): Promise<ChannelAccount>;
  /** The same, linked and online. */
  newlyLinked(overrides?: ChannelOverrides): Promise<ChannelAccount>;
  /** A linked account that is online; one that an earlier test has left linked, where there is one. */
  linked(overrides?: ChannelOverrides): Promise<ChannelAccount>;
  /** Another channel of an account, not started. */
  again(account: ChannelAccount, overrides?: ChannelOverrides): ChannelAccount;
  keysOf(account: ChannelAccount): Promise<number>;
  /** Lines that the network has open for this account's phone. */
  openLines(account: ChannelAccount): number;
}

export function textTo(to: string, text: string): OutgoingMessage {
  const remoteId = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
  return { remoteId, to, content: { type: 'text', text }, quoted: null, mentions: [], again: false };
}

/** Signal of a caller that never gives up. */
/** How often the phone shows this text. */
export function shown(phone: VirtualPhone, text: string): number {
  return phone.messages().filter((message) => message.text === text).length;
}

export const patient = new AbortController().signal;

/** A real network, database and commit writer for all tests of a file; their channels are stopped after each test. */
export function useBaileysRig(): BaileysRig {
  const simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
  const log = createRecordingLog();
  const opened: ChannelAccount[] = [];
  const stillLinked: ChannelAccount[] = [];
  let database: TestDatabase;
  let writer: CommitWriter;
  let leases: Leases;
  let lastNumber = 9_990_000_000_000;
  let accounts = 0;

  beforeAll(async () => {
    await simulator.start();
    database = await openTestDatabase();
    writer = createCommitWriter({ database, clock, log });
    leases = createLeases({ database, timings: longLease, clock, log });
    await leases.start();
  });
  afterEach(async () => {
    simulator.control.clearFaults();
    const used = opened.splice(0);
    const online = used.filter(({ channel }) => channel.state.kind === 'online');
    await Promise.all(used.map(({ channel }) => channel.stop()));
    stillLinked.push(...online);
    expect(simulator.control.counters().unknownQueries).toEqual([]);
  });
  afterAll(async () => {
    await simulator.stop();
    await leases.stop();
    await database.close();
  });

  function leaseOf(accountId: string): Lease {
    const lease = leases.held(accountId);
    if (!lease) throw new Error(`${accountId} is not ours`);
    return lease;
  }
  function open(accountId: string, phone: VirtualPhone, overrides: ChannelOverrides): ChannelAccount {
    const told = createRecordingSink();
    const channel = createBaileysChannel({
      network: {
        webSocketUrl: simulator.url,
        trust: { root: simulator.noiseRoot, strict: true },
        media: mediaOf(simulator),
      },
      sentMessage: () => Promise.resolve(undefined),
      connecting: createSlots(2),
      urgent: true,
      random: Math.random,
      newerVersion: () => Promise.resolve(undefined),
      probe: () => undefined,
      lease: leaseOf(accountId),
      database,
      writer,
      secrets,
      clock,
      log,
      ...overrides,
      accountId,
      sink: overrides.sink ?? told.sink,
      timings: { ...shortTimings, ...overrides.timings },
    });
    const account = { accountId, phone, channel, told };
    opened.push(account);
    return account;
  }
  function newPhone(): VirtualPhone {
    lastNumber += 1;
    return simulator.control.phone(lastNumber.toString());
  }
  async function unlinked(overrides: ChannelOverrides = {}): Promise<ChannelAccount> {
    accounts += 1;
    const accountId = `acc_${accounts}`;
    await database.execute(
      `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'whatsapp', 'initializing', '')`,
      [accountId],
    );
    await leases.take([accountId]);
    return open(accountId, newPhone(), overrides);
  }

  async function newlyLinked(overrides?: ChannelOverrides): Promise<ChannelAccount> {
    const account = await unlinked(overrides);
    await account.channel.start();
    const { qr } = await account.told.becomes('pairing');
    await account.phone.scan(qr);
    await account.told.becomes('online');
    return account;
  }

  return {
    simulator,
    secrets,
    log,
    get control() {
      return simulator.control;
    },
    get database() {
      return database;
    },
    get writer() {
      return writer;
    },
    newPhone,
    unlinked,
    newlyLinked,
    async linked(overrides = {}) {
      const known = stillLinked.pop();
      if (!known) return newlyLinked(overrides);
      const account = open(known.accountId, known.phone, overrides);
      await account.channel.start();
      await account.told.becomes('online');
      return account;
    },
    again: ({ accountId, phone }, overrides = {}) => open(accountId, phone, overrides),
    async keysOf({ accountId }) {
      const sql = 'SELECT count(*)::int AS count FROM channel_keys WHERE account_id = $1';
      return (await database.one<{ count: number }>(sql, [accountId]))?.count ?? 0;
    },
    openLines({ phone }) {
      const open = [...simulator.control.counters().openSockets];
      return open.filter(([jid]) => jid.startsWith(`${phone.number}:`)).reduce((sum, [, count]) => sum + count, 0);
    },
  };
}
