import type { FileType } from '../../platform/file-type.ts';

export interface KeptFileFacts {
  sizeBytes: number;
  /** Of the bytes, in hex: the same file again has the same. */
  sha256: string;
  type: FileType;
  fileName: string | null;
}

/**
 * A file that came with a request and waits for its message. Its id is not among its fields: the same request with the same
 * file is the same, whatever the file is called here.
 */
export class KeptFile implements KeptFileFacts {
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly type: FileType;
  readonly fileName: string | null;
  readonly #id: string;

  constructor(id: string, { sizeBytes, sha256, type, fileName }: KeptFileFacts) {
    this.#id = id;
    this.sizeBytes = sizeBytes;
    this.sha256 = sha256;
    this.type = type;
    this.fileName = fileName;
  }

  get id(): string {
    return this.#id;
  }
}
