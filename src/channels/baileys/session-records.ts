/** What `SessionRecord.serialize()` of libsignal 6.0.0 gives, as far as it is looked at here. */
export interface SerializedRecord {
  readonly _sessions: Readonly<Record<string, SerializedSession>>;
  readonly version: string;
}
interface SerializedSession {
  /** Milliseconds since 1970; `closed` is -1 for the session that new messages are sent with. */
  readonly indexInfo: { readonly closed: number; readonly used: number };
  readonly _chains: Readonly<Record<string, SerializedChain>>;
}
interface SerializedChain {
  /** The key is gone once the chain is over. */
  readonly chainKey: { readonly key?: string | undefined };
  readonly chainType: number;
  /** Of messages that have not arrived yet. */
  readonly messageKeys: Readonly<Record<string, string>>;
}

const receivingChain = 2;
const keptSessions = 2;
const keptChains = 5;

/**
 * The record without what libsignal lets grow without bound: closed sessions but the two that were used last, and
 * receiving chains that are over and wait for no message but the last five of each session. The open session, sending
 * chains and keys of messages still on their way always stay. Changes nothing; what it keeps is shared with `record`.
 */
export function pruned(record: SerializedRecord): SerializedRecord {
  const sessions = Object.entries(record._sessions);
  const dropped = sessions
    .filter(([, { indexInfo }]) => indexInfo.closed !== -1)
    .sort(([, left], [, right]) => left.indexInfo.used - right.indexInfo.used)
    .slice(0, -keptSessions);
  const kept = sessions.filter((session) => !dropped.includes(session));
  return { ...record, _sessions: Object.fromEntries(kept.map(([key, session]) => [key, withFewChains(session)])) };
}

function withFewChains(session: SerializedSession): SerializedSession {
  const chains = Object.entries(session._chains);
  const dropped = chains.filter(([, chain]) => isOver(chain)).slice(0, -keptChains);
  if (dropped.length === 0) return session;
  return { ...session, _chains: Object.fromEntries(chains.filter((chain) => !dropped.includes(chain))) };
}

function isOver({ chainType, chainKey, messageKeys }: SerializedChain): boolean {
  return chainType === receivingChain && !chainKey.key && Object.keys(messageKeys).length === 0;
}

/**
 * libsignal's `decryptWhisperMessage` tries one session after the other, and steps the ratchet of each that it tries in
 * vain: stored like that, such a session reads nothing more. Given the record as it was and as it is after one message
 * that could be read, the result has only the session that read it as it is now, the others as they were. Changes
 * nothing; what it keeps is shared with both.
 */
export function withoutVainSteps(previous: SerializedRecord, next: SerializedRecord): SerializedRecord {
  const names = Object.keys(next._sessions);
  if (names.length === 1) return next;
  const reader = readerOf(previous, next);
  const sessions = Object.entries(next._sessions).map(([name, session]) => {
    return [name, name === reader ? session : (previous._sessions[name] ?? session)] as const;
  });
  return { ...next, _sessions: Object.fromEntries(sessions) };
}

/** The session whose `used` is new, or, within one millisecond, the last of those tried: none after it was touched. */
function readerOf(previous: SerializedRecord, next: SerializedRecord): string | undefined {
  const inOrder = Object.entries(previous._sessions).sort(([, left], [, right]) => {
    return (right.indexInfo.used || 0) - (left.indexInfo.used || 0);
  });
  const isUsed = ([name, { indexInfo }]: (typeof inOrder)[number]): boolean =>
    next._sessions[name] !== undefined && next._sessions[name].indexInfo.used !== indexInfo.used;
  const isChanged = ([name, session]: (typeof inOrder)[number]): boolean =>
    name in next._sessions && JSON.stringify(next._sessions[name]) !== JSON.stringify(session);
  return (inOrder.find(isUsed) ?? inOrder.findLast(isChanged))?.[0];
}
