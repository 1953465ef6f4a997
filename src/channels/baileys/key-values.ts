import { BufferJSON, proto } from '@whiskeysockets/baileys';

/**
 * How values of the Signal store stand in memory: those that are read with nearly every message as they are, because their
 * readers leave them as they are; all others as text, because Baileys changes what it has read.
 */
const keptAsGiven = new Set(['session', 'sender-key', 'identity-key', 'pre-key', 'lid-mapping']);

export function keep(type: string, value: unknown): unknown {
  return keptAsGiven.has(type) ? value : encode(value);
}

export function give(type: string, kept: unknown): unknown {
  return keptAsGiven.has(type) ? kept : revive(type, kept as string);
}

/** As it is stored. A session holds nothing but JSON, so that it needs no look at each of its properties. */
export function toText(type: string, kept: unknown): string {
  if (!keptAsGiven.has(type)) return kept as string;
  return type === 'session' ? JSON.stringify(kept) : encode(kept);
}

export function fromText(type: string, text: string): unknown {
  if (!keptAsGiven.has(type)) return text;
  return type === 'session' ? JSON.parse(text) : decode(text);
}

export function encode(value: unknown): string {
  return JSON.stringify(value, BufferJSON.replacer);
}

export function decode(text: string): unknown {
  return JSON.parse(text, BufferJSON.reviver);
}

/** App-state keys must be protobuf messages again, as in Baileys' own `useMultiFileAuthState`. */
function revive(type: string, text: string): unknown {
  const value = decode(text);
  if (type !== 'app-state-sync-key') return value;
  return proto.Message.AppStateSyncKeyData.fromObject(value as proto.Message.IAppStateSyncKeyData);
}
