import type { Guard } from './guard.ts';
import { webhookGuards } from './webhook-guards.ts';

/** Played with each guard that does not claim them, as far as five of them; they must go on passing. */
export const otherRows = [11, 18, 15, 25, 24, 21, 10] as const;
export const othersPlayed = 5;

export const guards: readonly Guard[] = [
  {
    name: 'the fence of everything that the writer stores',
    edits: [
      {
        file: 'src/platform/commit-writer.ts',
        text: 'if (lost.length > 0) throw new LostLeases(lost);',
        replacement: '',
      },
    ],
    rows: [6],
  },
  {
    name: 'the fence of what the writer stores in one round trip',
    edits: [
      {
        file: 'src/platform/lease.store.ts',
        text: 'count(*) = cardinality($1::text[])',
        replacement: 'count(*) >= 0 AND $1::text[] IS NOT NULL',
      },
    ],
    rows: [6],
  },
  {
    name: 'the fence of what is claimed from the queue',
    edits: [
      {
        file: 'src/features/messages/queue.store.ts',
        text: 'AND l.epoch = $2 FOR SHARE OF l',
        replacement: 'AND $2::bigint IS NOT NULL FOR SHARE OF l',
      },
    ],
    rows: [6],
  },
  {
    name: 'one owner at a time',
    edits: [
      {
        file: 'src/platform/lease.store.ts',
        text: 'WHERE l.account_id IS NULL OR l.expires_at < clock_timestamp() OR l.owner = $2',
        replacement: 'WHERE $2::text IS NOT NULL',
      },
      {
        file: 'src/platform/lease.store.ts',
        text: 'WHERE $4 OR l.expires_at < clock_timestamp() OR l.owner = excluded.owner',
        replacement: 'WHERE $4 OR true',
      },
    ],
    rows: [4],
  },
  {
    name: 'a lease that is over by the own clock',
    edits: [
      {
        file: 'src/platform/leases.ts',
        text: 'return !this.#over.signal.aborted && this.#clock.monotonicMs() < this.untilMs;',
        replacement: 'return !this.#over.signal.aborted;',
      },
      {
        file: 'src/platform/leases.ts',
        text: 'if (!renewed.has(lease.name)) lose(lease);',
        replacement: 'if (!renewed.has(lease.name)) continue;',
      },
    ],
    rows: [5],
  },
  {
    name: 'frames that wait until what they rest on is durable',
    edits: [
      {
        file: 'src/channels/baileys/frame-barrier.ts',
        text: 'frame && frame.number <= lane.durable;',
        replacement: 'frame;',
      },
    ],
    rows: [3],
  },
  {
    name: 'the answer of the network to a message',
    edits: [
      {
        file: 'src/channels/baileys/message-sender.ts',
        text: "if (attrs['id']) acknowledgements.settle(attrs['id'], attrs['error']);",
        replacement: '',
      },
    ],
    rows: [20],
  },
  {
    name: 'sending again what had no result',
    edits: [
      {
        file: 'src/features/messages/dispatcher.ts',
        text: 'for (const row of await holding(() => listUnconfirmed(database, accountId))) launch(row, true);',
        replacement: '',
      },
    ],
    rows: [2],
  },
  {
    name: 'one id for all tries of a message',
    edits: [
      {
        file: 'src/channels/baileys/message-sender.ts',
        text: 'const shared = { messageId, ',
        replacement: 'const shared = { ',
      },
    ],
    rows: [19],
  },
  {
    name: 'new chats that wait while the number is restricted',
    edits: [
      {
        file: 'src/features/messages/queue.store.ts',
        text: 'AND (owned.restricted IS NOT TRUE OR EXISTS (',
        replacement: 'AND (true OR EXISTS (',
      },
    ],
    rows: [20],
  },
  {
    name: 'an owner for what nobody catches',
    edits: [
      {
        file: 'src/platform/stray-errors.ts',
        text: 'return owners.run(owner, work);',
        replacement: 'return work();',
      },
    ],
    rows: [23],
  },
  {
    name: 'keys that go only where the number is gone',
    edits: [
      {
        file: 'src/channels/baileys/disconnects.ts',
        text: "[403, 'account_locked'],",
        replacement: "[403, 'account_locked'],\n  [503, 'unavailable'],",
      },
    ],
    rows: [14, 16],
  },
  {
    name: 'a wait where the version is refused',
    edits: [
      {
        file: 'src/channels/baileys/disconnects.ts',
        text: "return fixed('client_outdated', delays.clientOutdatedMs);",
        replacement: "return fixed('client_outdated', 0);",
      },
    ],
    rows: [15],
  },
  {
    name: 'waiting while the database cannot write',
    edits: [
      {
        file: 'src/platform/database-errors.ts',
        text: '|25006|',
        replacement: '|',
      },
    ],
    rows: [11],
  },
  {
    name: 'a pace that outlives its process',
    edits: [
      {
        file: 'src/features/messages/departures.store.ts',
        text: 'fullAt: rules.pace ? bucketAfter(rules.pace, latestMs) : 0,',
        replacement: 'fullAt: 0 * bucketAfter(rules.pace ?? { intervalMs: 0, burst: 1 }, latestMs),',
      },
    ],
    rows: [27],
  },
  {
    name: 'refusing another encryption key',
    edits: [
      {
        file: 'src/platform/encryption-canary.store.ts',
        text: "throw isAppError(error, 'secrets.unreadable') ? wrongKey(error) : error;",
        replacement: '',
      },
    ],
    rows: [26],
  },
  ...webhookGuards,
];
