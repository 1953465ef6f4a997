/** What the owner of a phone does to a chat. Nobody but the linked devices is told. */
export type ChatChange =
  /** Whether it is archived, pinned or marked as unread. */
  | { kind: 'archive' | 'pin' | 'unread'; enabled: boolean }
  /** `until` is an ISO 8601 time; without it for good. */
  | { kind: 'mute'; until?: string }
  | { kind: 'unmute' }
  | { kind: 'delete' };
