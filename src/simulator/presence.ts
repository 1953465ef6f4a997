export type ChatState = 'composing' | 'recording' | 'paused';

/** What one sees of another person. */
export interface Presence {
  /** Some device of the account is. */
  available: boolean;
  /** ISO 8601 time; absent while the person is available, or when nobody has seen them yet. */
  lastSeen?: string;
  /** In the chat that was asked for; absent once a message has come, or when nothing was ever typed. */
  chatState?: ChatState;
}
