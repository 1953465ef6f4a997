import type { Queryable } from '../../platform/database.ts';
import type { Departed, Waiting } from './departure-plan.ts';
import { type PacingRules, typingMs } from './pacing.ts';
import { bucketAfter, departuresToLookAt } from './token-bucket.ts';

interface WaitingRow {
  id: string;
  chatJid: string;
  isNewChat: boolean;
  isUnconfirmedChat: boolean;
  priority: number;
  position: number;
  /** null = at once. */
  sendAtMs: number | null;
  characters: number;
  typing: boolean;
}

// One look at each chat, which ends with the first row that tells: EXISTS would be answered from all that the account has
// ever sent. In a group nobody is a stranger.
const waitingSql = `
  WITH waiting AS (
    SELECT id, chat_jid, chat_type, priority, position, send_at, typing, coalesce(length(text), 0) AS characters
    FROM messages
    WHERE account_id = $1 AND status = 'queued' AND (expires_at IS NULL OR expires_at > now())
      AND NOT chat_jid = ANY($2::text[])
  ), chats AS MATERIALIZED (
    SELECT c.chat_jid,
           (SELECT true FROM messages k WHERE k.account_id = $1 AND k.chat_jid = c.chat_jid
              AND (k.direction = 'incoming' OR k.sent_at IS NOT NULL) LIMIT 1) IS NOT NULL AS confirmed,
           (SELECT true FROM messages k WHERE k.account_id = $1 AND k.chat_jid = c.chat_jid
              AND k.sending_at IS NOT NULL LIMIT 1) IS NOT NULL AS tried
    FROM (SELECT DISTINCT chat_jid FROM waiting) c
  )
  SELECT q.id, q.chat_jid AS "chatJid", q.priority, q.position, q.typing, q.characters,
         (extract(epoch FROM q.send_at) * 1000)::float8 AS "sendAtMs",
         NOT c.confirmed AS "isUnconfirmedChat",
         q.chat_type = 'personal' AND NOT c.confirmed AND NOT c.tried AS "isNewChat"
  FROM waiting q JOIN chats c ON c.chat_jid = q.chat_jid`;

const standingSql = `
  WITH clock AS (SELECT clock_timestamp() AS now, date_trunc('day', now() AT TIME ZONE $2) AS day
  ), departures AS NOT MATERIALIZED (
    SELECT chat_jid, chat_type, sending_at FROM messages
    WHERE account_id = $1 AND direction = 'outgoing' AND origin <> 'phone' AND sending_at IS NOT NULL
  ), latest AS (SELECT sending_at FROM departures ORDER BY sending_at DESC LIMIT $3
  ), today AS (SELECT d.* FROM departures d, clock WHERE d.sending_at >= clock.day AT TIME ZONE $2
  ), first AS (SELECT chat_jid, min(sending_at) AS at FROM today WHERE chat_type = 'personal' GROUP BY chat_jid)
  SELECT clock.now, (clock.day + interval '1 day') AT TIME ZONE $2 AS "dayEndsAt",
         (SELECT restricted_until FROM whatsapp_accounts WHERE id = $1 AND restricted_until > clock.now) AS "restrictedUntil",
         (SELECT array_agg(sending_at ORDER BY sending_at) FROM latest) AS latest,
         (SELECT count(*) FROM today)::int AS today,
         (SELECT count(*) FROM first f WHERE (
            SELECT true FROM messages k WHERE k.account_id = $1 AND k.chat_jid = f.chat_jid
              AND (k.sending_at < f.at OR k.created_at < f.at AND (k.direction = 'incoming' OR k.origin = 'phone'))
            LIMIT 1) IS NULL)::int AS "newChats"
  FROM clock`;

interface StandingRow {
  now: Date;
  dayEndsAt: Date;
  restrictedUntil: Date | null;
  latest: Date[] | null;
  today: number;
  newChats: number;
}

/** All that decides when messages leave. Times are the database's. */
export interface QueueOutlook {
  queue: Waiting[];
  departed: Departed;
  nowMs: number;
  dayEndsMs: number;
  restrictedUntilMs: number | undefined;
}

/** What waits in an account's queue, but for these chats, and what has left before it. */
export async function readOutlook(
  db: Queryable,
  accountId: string,
  rules: PacingRules,
  options: { timeZone: string; blockedChats?: readonly string[] },
): Promise<QueueOutlook> {
  const [waiting, standing] = await Promise.all([
    db.rows<WaitingRow>(waitingSql, [accountId, options.blockedChats ?? []]),
    db.one<StandingRow>(standingSql, [accountId, options.timeZone, departuresToLookAt]),
  ]);
  if (!standing) throw new Error('The database did not say what time it is');
  const latestMs = (standing.latest ?? []).map((at) => at.getTime());
  return {
    queue: waiting.map(({ sendAtMs, characters, typing, ...row }) => ({
      ...row,
      sendAtMs: sendAtMs ?? -Infinity,
      typingMs: typing ? typingMs(rules.typingBaseMs, characters) : 0,
    })),
    departed: {
      fullAt: rules.pace ? bucketAfter(rules.pace, latestMs) : 0,
      lastMs: latestMs.at(-1) ?? -Infinity,
      today: standing.today,
      newChatsToday: standing.newChats,
    },
    nowMs: standing.now.getTime(),
    dayEndsMs: standing.dayEndsAt.getTime(),
    restrictedUntilMs: standing.restrictedUntil?.getTime(),
  };
}
