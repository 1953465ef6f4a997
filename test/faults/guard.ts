/** Something in the sources that keeps a promise, and the rows that must fail without it. */
export interface Guard {
  readonly name: string;
  /** Each `text` stands exactly once in its file. */
  readonly edits: readonly Edit[];
  readonly rows: readonly number[];
}

export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}
