import type { MediaStore } from './media-store.ts';

/** One change of the network's durable state; null deletes. */
export interface StateChange {
  key: string;
  value: Uint8Array | null;
}

/** Where the network keeps what must survive a kill. */
export interface SimulatorStore {
  /** Everything ever written and not deleted. */
  load(): Promise<readonly { key: string; value: Uint8Array }[]>;
  /** One atomic batch. A stanza is acknowledged only after the batch that follows from it. */
  write(changes: readonly StateChange[]): Promise<void>;
}

export interface SimulatorOptions {
  /** 32 bytes; the network's root key pair and its certificates follow from them. */
  seed: Uint8Array;
  /** Absent: everything is kept in memory only. */
  store?: SimulatorStore;
  /** Where files are kept. Absent: in a temporary folder, removed when the network stops. */
  media?: MediaStore;
  /** Port of the media host on 127.0.0.1; 0 or absent for a free one. */
  mediaPort?: number;
  /** Port on 127.0.0.1; 0 or absent for a free one. */
  port?: number;
  /** Static sentence plus context; never a message's text or a key. */
  log?: (message: string, context: Record<string, unknown>) => void;
  /** Delay before a phone's delivery receipt, in ms (default 150: an instant one is folded into the upsert by clients). */
  receiptDelayMs?: number;
  /** How many messages a phone keeps (default 200). */
  keptMessages?: number;
}
