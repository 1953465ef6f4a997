import { asDatabaseError } from './database-errors.ts';
import { errorMessage } from './errors.ts';
import type { Log } from './log.ts';

/**
 * Runs SQL. A failed connection rejects with `database.unavailable` (503, retryable): whether the statement took effect
 * is then unknown. Every other error is pg's own.
 *
 * Values: int8 is a number, or a bigint where a number would be inexact; numeric and date are text; timestamptz is a
 * Date; bytea is a Buffer; json is parsed.
 */
export interface Queryable {
  rows<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** The first row, if there is one. */
  one<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row | undefined>;
  /** The number of rows affected. Without parameters `sql` may hold several statements. */
  execute(sql: string, parameters?: readonly unknown[]): Promise<number>;
}

export interface Transaction extends Queryable {
  /**
   * The last statement, and the only one that writes: it travels with BEGIN, and COMMIT with it. Resolves with its first row,
   * maybe before COMMIT is answered; what is thrown after it rolls nothing back.
   */
  last<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row | undefined>;
  /**
   * Runs `work` once, after that of the transaction has resolved. Its one statement, which it begins at once, travels with
   * COMMIT; its error rolls everything back.
   */
  beforeCommit(work: () => Promise<void>): void;
  /** Runs `work` once COMMIT succeeded, never after a rollback. Its errors are logged, not thrown. */
  afterCommit(work: () => void): void;
}

export interface QueryResult {
  /** Of the last statement: `SELECT`, `COMMIT`, … */
  command: string;
  rows: object[];
  rowCount: number | null;
}

export type RunSql = (sql: string, parameters?: readonly unknown[]) => Promise<QueryResult>;

export function queryable(run: RunSql): Queryable {
  return {
    rows: async <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      (await run(sql, parameters)).rows as Row[],
    one: async <Row extends object>(sql: string, parameters?: readonly unknown[]) =>
      (await run(sql, parameters)).rows[0] as Row | undefined,
    execute: async (sql, parameters) => (await run(sql, parameters)).rowCount ?? 0,
  };
}

interface Statements {
  run: RunSql;
  /** Without waiting for BEGIN, whatever it is. */
  runAtOnce: RunSql;
  /** How many were begun so far. */
  readonly begun: number;
  end(): Promise<void>;
}

/** After such a silence the server ends a transaction: a process that stands still must not keep its locks from the others. */
const silenceLimitMs = 10_000;

/**
 * Statements on the transaction's connection, until it is over. Those that are begun together travel together and run in
 * the order of the calls; only a statement that writes waits until the transaction is known to have begun.
 */
function statements(run: RunSql, begun: Promise<unknown>, eager: boolean): Statements {
  let over = false;
  let count = 0;
  const open = new Set<Promise<unknown>>();
  let mayWrite = eager;
  begun.then(
    () => (mayWrite = true),
    () => undefined,
  );
  function begin(statement: () => Promise<QueryResult>, mayGo: boolean): Promise<QueryResult> {
    if (over) return Promise.reject(new Error('This transaction is over'));
    count += 1;
    const result = (mayGo ? statement() : begun.then(statement)).catch((error: unknown) => {
      throw asDatabaseError(error);
    });
    const settled = result.catch(() => undefined).finally(() => open.delete(settled));
    open.add(settled);
    return result;
  }
  return {
    run: (sql, parameters) => begin(() => run(sql, parameters), mayWrite || /^\s*SELECT\b/.test(sql)),
    runAtOnce: (sql, parameters) => begin(() => run(sql, parameters), true),
    get begun() {
      return count;
    },
    end: async () => {
      over = true;
      await Promise.all(open);
    },
  };
}

export interface TransactionRun<T> {
  /** Runs a statement on the connection that this transaction has to itself. */
  run: RunSql;
  work: (tx: Transaction) => Promise<T>;
  statementTimeoutMs: number;
  eager: boolean;
  atOnce: boolean;
  /** The connection cannot be used again: the state of its transaction is unknown. */
  abandon: () => void;
  log: Log;
}

export async function runTransaction<T>({
  run,
  work,
  statementTimeoutMs,
  eager,
  atOnce,
  abandon,
  log,
}: TransactionRun<T>): Promise<T> {
  const beforeCommit: (() => Promise<void>)[] = [];
  const afterCommit: (() => void)[] = [];
  const limits = `statement_timeout = ${Math.ceil(statementTimeoutMs)}; SET LOCAL idle_in_transaction_session_timeout = ${silenceLimitMs}`;
  const begun = run(`BEGIN; SET LOCAL ${limits}`);
  begun.catch(() => undefined);
  const inside = statements(run, begun, eager);
  let committing: Promise<QueryResult> | undefined;

  /** What is begun later is refused. */
  function sendCommit(): void {
    void inside.end();
    committing = run('COMMIT');
    committing.catch(() => undefined);
  }

  /** Resolves with what COMMIT has answered. */
  async function commitAfter(working: Promise<T>): Promise<string> {
    await working;
    await begun;
    if (committing) {
      await inside.end();
      return (await committing).command;
    }
    const last: Promise<void>[] = [];
    for (const begin of beforeCommit) {
      const before = inside.begun;
      const ending = begin();
      // Only a statement that is on its way can still keep the transaction from being committed.
      if (inside.begun === before) await ending;
      last.push(ending);
    }
    const ended = inside.end();
    // It travels with the last statements. After one that has failed it answers ROLLBACK, without an error.
    const commit = run('COMMIT');
    await Promise.all([...last, ended, commit]);
    return (await commit).command;
  }

  let working: Promise<T>;
  let ending: string;
  try {
    working = work({
      ...queryable(inside.run),
      async last<Row extends object>(sql: string, parameters?: readonly unknown[]) {
        if (beforeCommit.length > 0) throw new Error('Something else is to be put before COMMIT');
        const result = inside.runAtOnce(sql, parameters);
        sendCommit();
        return (await result).rows[0] as Row | undefined;
      },
      beforeCommit(last) {
        if (atOnce || committing) throw new Error('COMMIT is on its way: nothing can be put before it');
        beforeCommit.push(last);
      },
      afterCommit: (then) => void afterCommit.push(then),
    });
    if (atOnce) sendCommit();
    ending = await commitAfter(working);
  } catch (error) {
    await inside.end();
    await (committing ?? run('ROLLBACK')).catch(abandon);
    throw error;
  }
  if (ending !== 'COMMIT') {
    throw new Error('The transaction was rolled back, because one of its statements had failed');
  }
  for (const then of afterCommit) {
    try {
      then();
    } catch (error) {
      log.error('Work after a commit failed', { error: errorMessage(error) });
    }
  }
  return working;
}
