import { encodeSyncdPatch, type LTHashState, newLTHashState, proto, type WAPatchName } from '@whiskeysockets/baileys';
import type { PhoneRecord } from './directory.ts';
import { decodeJson, encodeJson } from './stanza.ts';
import type { State } from './state.ts';

/** Settings that a phone shares with its linked devices: collections of changes, encrypted and numbered from 1. */
export interface AppState {
  /** Adds a change, as `processSyncAction` in Baileys' `Utils/chat-utils.js` reads it; resolves with the collection's version. */
  change(collection: WAPatchName, change: AppStateChange): Promise<number>;
  version(collection: string): number;
  /** Encoded changes after this version. */
  after(collection: string, version: number): readonly Uint8Array[];
  restore(path: readonly string[], value: Uint8Array): void;
}

export interface AppStateChange {
  readonly index: string[];
  readonly action: proto.ISyncActionValue;
  /** Of this kind of action. */
  readonly version: number;
}

interface Collection {
  hash: LTHashState;
  patches: Uint8Array[];
}

export function createAppState({ number, identity }: PhoneRecord, state: State): AppState {
  const collections = new Map<string, Collection>();
  let last: Promise<unknown> = Promise.resolve();

  async function append(name: WAPatchName, { index, action, version }: AppStateChange): Promise<number> {
    const before = collections.get(name) ?? { hash: newLTHashState(), patches: [] };
    const { id, data } = identity.appStateKey;
    const { patch, state: hash } = await encodeSyncdPatch(
      { type: name, index, syncAction: action, apiVersion: version, operation: proto.SyncdMutation.SyncdOperation.SET },
      id.toString('base64'),
      before.hash,
      () => Promise.resolve({ keyData: data }),
    );
    const encoded = proto.SyncdPatch.encode({ ...patch, version: { version: hash.version } }).finish();
    const collection = { hash, patches: [...before.patches, encoded] };
    collections.set(name, collection);
    state.put(number, `app-state:${number}:${name}`, () => encodeJson(collection));
    return hash.version;
  }

  return {
    change(name, change) {
      // Each change rests on the hash of those before it.
      const done = last.then(() => append(name, change));
      last = done.catch(() => undefined);
      return done;
    },
    version: (name) => collections.get(name)?.hash.version ?? 0,
    after: (name, version) => collections.get(name)?.patches.slice(version) ?? [],
    restore: ([, name = ''], value) => void collections.set(name, decodeJson(value) as Collection),
  };
}
