export type MediaDirection = 'uploads' | 'downloads';

/** What may go wrong on purpose. `number` limits a fault to one phone's linked devices; without it, it holds for all. */
export type Fault =
  | { kind: 'drop-line'; number?: string }
  | { kind: 'stream-error'; number?: string; code: number }
  /** So long after what waited for the device has left. */
  | { kind: 'error-after-queue'; number?: string; code: number; afterMs: number; times: number }
  | { kind: 'device-removed'; number?: string }
  | { kind: 'replaced'; number?: string }
  | { kind: 'silent-line'; number?: string; enabled: boolean }
  | { kind: 'refuse-login'; number?: string; code: number; times: number; expire?: number }
  | { kind: 'refuse-upgrade'; status: number; times: number }
  | { kind: 'refuse-code'; number?: string; code: number; times: number }
  | { kind: 'delay-acks'; number?: string; minMs: number; maxMs: number }
  | { kind: 'drop-acks'; number?: string; times: number }
  | { kind: 'error-ack'; number?: string; code: number; times: number }
  | { kind: 'unanswered-query'; number?: string; xmlns: string; enabled: boolean }
  | { kind: 'latency'; number?: string; ms: number }
  | { kind: 'redeliver-last'; number: string }
  | { kind: 'corrupt-next'; number: string }
  | { kind: 'forget-sessions'; number: string }
  /** New chats are refused with 463; `until` (Unix seconds) is told to who asks, and the end to everybody. */
  | { kind: 'time-lock'; number?: string; enabled: boolean; until?: number }
  /** An offer to link that a logged-in client did not ask for; a stock one throws in a timer when it gets to its second code. */
  | { kind: 'broken-offer'; number?: string }
  | { kind: 'unregistered'; number: string; enabled: boolean }
  /** Uploads, downloads or both end with this status; without one, the connection is cut before any answer. */
  | { kind: 'media-host-down'; enabled: boolean; only?: MediaDirection; status?: number }
  /** What can be downloaded now cannot be any more, until a phone has published it again; 410, or 404. */
  | { kind: 'media-expired'; status?: 404 | 410 }
  /** A byte of the next downloads is another. */
  | { kind: 'media-corrupt'; times: number }
  /** Uploads and downloads take their time. */
  | { kind: 'media-slow'; enabled: boolean; bytesPerSecond: number };
