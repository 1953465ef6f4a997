import { errorCode } from './database-errors.ts';

/** Under which name the server keeps a statement planned, on each connection by itself. */
export interface StatementNames {
  /** undefined for a statement that is not worth it, or when the server keeps none. */
  nameOf(sql: string): string | undefined;
  /** Looks at why a named statement failed. */
  failed(error: unknown): void;
}

/** One that runs once at a start would only fill the server's memory. */
const usesBefore = 3;
/** There are about a hundred; should texts ever be made of values, they must not pile up. */
const mostNames = 300;

/** SQLSTATE: invalid_sql_statement_name, duplicate_prepared_statement. */
const otherConnection = /^(26000|42P05)$/;

/**
 * Parsing and planning take two thirds of what a small statement costs. A pooler in transaction mode is noticed when the
 * connection opens; should one pass unnoticed, the first statement that it loses ends all names.
 */
export function createStatementNames(): StatementNames {
  const uses = new Map<string, number>();
  const names = new Map<string, string>();
  let given = true;
  return {
    nameOf(sql) {
      if (!given) return undefined;
      const known = names.get(sql);
      if (known !== undefined || names.size >= mostNames) return known;
      const before = uses.get(sql) ?? 0;
      if (before < usesBefore) {
        if (uses.size < mostNames) uses.set(sql, before + 1);
        return undefined;
      }
      uses.delete(sql);
      const name = `statement_${names.size + 1}`;
      names.set(sql, name);
      return name;
    },
    failed(error) {
      if (otherConnection.test(errorCode(error) ?? '')) given = false;
    },
  };
}
