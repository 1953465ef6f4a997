import { createHash } from 'node:crypto';
import type { Caller } from './caller.ts';
import type { Queryable, Transaction } from './database.ts';
import { AppError, invalidField } from './errors.ts';
import type { Answer, SuccessStatus } from './route.ts';

export interface IdempotentCall {
  caller: Caller;
  /** Method and path with its parameters filled in: the same key at another resource is another call. */
  route: string;
  key: string;
  /** Query and body; the same key with other content is a mistake of the caller. */
  content: unknown;
  defaultStatus: SuccessStatus;
}

export interface Idempotency {
  /**
   * Runs `work` once per key, caller and route within 24 hours and stores its answer in the same transaction; later calls
   * get the stored answer. Throws 422 for a bad key or other content, 409 while the first call is still running.
   */
  run(
    tx: Transaction,
    call: IdempotentCall,
    work: () => Promise<Answer<unknown>>,
  ): Promise<{ answer: Answer<unknown>; replayed: boolean }>;
  /** Deletes what is older than 24 hours; returns how many. */
  sweep(database: Queryable): Promise<number>;
}

interface Row {
  body_hash: string;
  status: SuccessStatus;
  answer: Pick<Answer<unknown>, 'data' | 'nextCursor' | 'headers' | 'etag'>;
}

/** The same account counts as the same caller also after its key was replaced, a person also after signing in again. */
function callerName(caller: Caller): string {
  if (caller.kind === 'account') return `account:${caller.accountId}`;
  if (caller.kind === 'session') return `person:${caller.username}`;
  return caller.kind === 'admin' ? `admin:${caller.keyId}` : 'anonymous';
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** JSON with sorted keys, so that a client that orders its fields differently still repeats the same call. */
function canonical(value: unknown): string {
  if (ArrayBuffer.isView(value))
    return `bytes:${sha256(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}`;
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`;
}

const lockSql = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked';

const findSql = `
  SELECT body_hash, status, answer FROM idempotency_keys
  WHERE caller = $1 AND route = $2 AND key = $3 AND created_at > now() - interval '24 hours'`;

const storeSql = `
  INSERT INTO idempotency_keys (caller, route, key, account_id, body_hash, status, answer)
  VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)
  ON CONFLICT (caller, route, key) DO UPDATE SET
    account_id = excluded.account_id, body_hash = excluded.body_hash, status = excluded.status,
    answer = excluded.answer, created_at = now()`;

const sweepSql = `DELETE FROM idempotency_keys WHERE created_at <= now() - interval '24 hours'`;

function inProgress(): AppError {
  return new AppError('request.in_progress', {
    status: 409,
    detail: 'The first request with this Idempotency-Key is still running.',
    retryable: true,
    retryAfterSeconds: 1,
  });
}

export function createIdempotency(): Idempotency {
  return {
    async run(tx, call, work) {
      if (!/^[\x20-\x7e]{1,255}$/.test(call.key)) {
        throw invalidField('Idempotency-Key', 'must be 1 to 255 printable ASCII characters');
      }
      const identity = [callerName(call.caller), call.route, call.key];
      // Two statements, so that the second sees what the holder of the lock before us has committed.
      const [lock, stored] = await Promise.all([
        tx.one<{ locked: boolean }>(lockSql, [identity.join('\n')]),
        tx.one<Row>(findSql, identity),
      ]);
      if (!lock?.locked) throw inProgress();
      const bodyHash = sha256(canonical(call.content));
      if (stored && stored.body_hash !== bodyHash) {
        throw invalidField('Idempotency-Key', 'was used with another body within the last 24 hours');
      }
      if (stored) return { answer: { status: stored.status, ...stored.answer }, replayed: true };
      const answer = await work();
      const { nextCursor, headers, etag } = answer;
      const kept: Row['answer'] = {
        data: answer.masked ?? answer.data,
        ...(nextCursor === undefined ? {} : { nextCursor }),
        ...(headers === undefined ? {} : { headers }),
        ...(etag === undefined ? {} : { etag }),
      };
      const accountId = answer.accountId ?? (call.caller.kind === 'account' ? call.caller.accountId : null);
      const status = answer.status ?? call.defaultStatus;
      const values = [...identity, accountId, bodyHash, status, JSON.stringify(kept)];
      tx.beforeCommit(async () => void (await tx.execute(storeSql, values)));
      return { answer, replayed: false };
    },
    sweep: (database) => database.execute(sweepSql),
  };
}
