// The event bus and what delivers its events, as the product puts them together, alone in a process: for `webhooks.ts`.
import { createNotifications } from '../src/features/notifications/notifications.ts';
import { createBodies, createDeliverer, createResults, deliveryOutlet } from '../src/features/webhooks/webhooks.ts';
import { appTimings } from '../src/app-timings.ts';
import { systemClock as clock } from '../src/platform/clock.ts';
import { connectionFromUrl } from '../src/platform/database-connection.ts';
import { createDatabase } from '../src/platform/database.ts';
import { createEventBus } from '../src/platform/event-bus.ts';
import { createLog } from '../src/platform/log.ts';
import { createOutboundHttp } from '../src/platform/outbound-http.ts';
import { createSecrets } from '../src/platform/secrets.ts';
import { monotonicMs } from './clock.ts';
import { type Pace, paced } from './paced.ts';

export interface EngineParameters {
  databaseUrl: string;
  encryptionKey: string;
  /** The events are theirs in turn. */
  accountIds: readonly string[];
  /** In the data of the events, with their number. */
  run: string;
  pace: Pace;
  /** Before, as run `warm`: until the code is compiled. */
  warming: Pace;
}

/** When the commit of each event was known, which is told before anything is delivered. */
export type CommittedMs = number[];

const { databaseUrl, encryptionKey, accountIds, run, pace, warming } = JSON.parse(
  process.argv[2] ?? '{}',
) as EngineParameters;
const log = createLog({ json: false, level: 'warn', stream: process.stderr });
const database = createDatabase({ connection: () => connectionFromUrl(databaseUrl), clock, log });
const events = createEventBus(clock, [deliveryOutlet]);
const secrets = createSecrets({ key: encryptionKey });
const http = createOutboundHttp({
  allowedHosts: [{ host: '127.0.0.1', port: undefined }],
  userAgent: 'Switchboard/bench',
  keepConnectionsMs: appTimings.webhooks.keepConnectionsMs,
  clock,
});
const shared = { database, events, secrets, http, clock, log, random: Math.random, probe: () => undefined };
const notifications = createNotifications({ ...shared, sweepIntervalMs: appTimings.notificationSweepMs });
const deliverer = createDeliverer({
  ...shared,
  // No file goes with these events.
  bodies: createBodies({ ...shared, files: { open: () => Promise.reject(new Error('There are no files')) } }),
  results: createResults({ ...shared, notifications }),
  alone: true,
  timings: appTimings.webhooks,
});

const names = ['messages-personal.received', 'messages.received', 'messages.upsert', 'message'];

/** As large as that of a short text. */
function dataOf(run: string, number: number): object {
  const person = { jid: '9990000000101@s.whatsapp.net', phone: '+9990000000101', lid: null, name: 'Dewi' };
  return {
    run,
    number,
    id: 'msg_01k8c9z4h6m2n7p3q5r8s0t1v4',
    direction: 'incoming',
    origin: 'contact',
    whatsappId: '3EB0C767D097B7C7C030',
    chat: { jid: person.jid, type: 'personal' },
    from: person,
    type: 'text',
    text: 'Hello! Are you open on Sunday, and may I bring a dog?',
    body: 'Hello! Are you open on Sunday, and may I bring a dog?',
    media: null,
    replyTo: null,
    status: 'received',
    timestamp: '2026-01-01T00:00:00.000Z',
  };
}

const committedMs: CommittedMs = [];
/** One transaction for all that is due at a time, as messages that arrive together are stored together. */
async function publish(ofRun: string, numbers: number[]): Promise<void> {
  await database.transaction(async (tx) => {
    tx.afterCommit(() => numbers.forEach((number) => (committedMs[number] = monotonicMs())));
    const occurrences = numbers.map((number) => {
      return { accountId: accountIds[number % accountIds.length] ?? '', names, data: dataOf(ofRun, number) };
    });
    events.publish(tx, occurrences);
  });
}

await database.start();
await deliverer.start();
await paced(warming, (numbers) => publish('warm', numbers));
await clock.sleep(1_000);
console.log('Warm');
await paced(pace, (numbers) => publish(run, numbers));
// It goes on to deliver until it is killed.
console.log(JSON.stringify(committedMs));
