import type { Transaction } from './database.ts';

/** A row of one owner. */
export interface Change<Row> {
  readonly owner: string;
  readonly row: Row;
}

/** One kind of change and the statements that apply an array of its rows. Declared by the store that owns the table. */
export interface ChangeKind<Row> {
  readonly name: string;
  /** Kinds of a lower order are applied first, whatever the order in which their rows came; default 0. */
  readonly order?: number;
  /** A batch with such a change is committed by itself: what it does depends on everything before it. */
  readonly alone?: true;
  /** It is one statement whose answer nobody reads: a commit of only such kinds is one round trip. */
  readonly needsNoAnswer?: true;
  /**
   * Runs inside the transaction; begins with its statement at once, so that all kinds travel together. Rows of one owner
   * arrive in the order in which they were added. It runs again when the answer to a commit was lost, so that applying
   * rows a second time must change nothing.
   */
  apply(tx: Transaction, changes: readonly Change<Row>[]): Promise<void>;
}
