/** What members do to a group. Participants are numbers or jids. */
export type GroupChange =
  | { kind: 'add' | 'remove' | 'promote' | 'demote'; participants: readonly string[] }
  | { kind: 'subject'; subject: string }
  /** An empty one removes it. */
  | { kind: 'description'; description: string }
  /** Whether only admins may write (`announce`), or change subject and description (`lock`). */
  | { kind: 'announce' | 'lock'; enabled: boolean }
  | { kind: 'leave' };
