import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'libsignal';
import type { DeviceAddress } from './addresses.ts';
import type { PhoneRecord, PublicPreKey, SignedPublicPreKey } from './directory.ts';
import { newKeyPair, signalKey, type KeyPair } from './keys.ts';
import { decodeJson, encodeJson } from './stanza.ts';
import type { State } from './state.ts';

export interface PreKeyBundle {
  readonly registrationId: number;
  readonly identityKey: Buffer;
  readonly signedPreKey: SignedPublicPreKey;
  readonly preKey?: PublicPreKey | undefined;
}

export interface Ciphertext {
  readonly type: 'pkmsg' | 'msg';
  readonly bytes: Buffer;
}

/** The phone's end of its pairwise Signal sessions. Work on one remote device is done one after the other. */
export interface SignalSessions {
  /** `bundle` is asked when there is no session yet with the device's present identity. */
  encrypt(
    to: DeviceAddress,
    identityKey: Buffer,
    plaintext: Uint8Array,
    bundle: () => PreKeyBundle,
  ): Promise<Ciphertext>;
  /** Throws when no session fits; what was stored is then as before. */
  decrypt(from: DeviceAddress, type: 'pkmsg' | 'msg', ciphertext: Buffer): Promise<Buffer>;
  /** Starts a new session from the keys that the device sent. */
  begin(with_: DeviceAddress, bundle: PreKeyBundle): Promise<void>;
  /** What others need to begin a session with this phone, with a one-time key that was never handed out before. */
  newBundle(): PreKeyBundle;
  forget(): void;
  restore(kind: string, path: readonly string[], value: Uint8Array): void;
}

// What libsignal's types leave out; it is its documented JavaScript all the same.
interface Chain {
  readonly chainType: number;
  readonly chainKey: { readonly key?: Buffer };
  readonly messageKeys: Record<string, Buffer>;
}
interface SessionEntry {
  readonly indexInfo: { closed: number; used: number; readonly remoteIdentityKey: Buffer };
  readonly _chains: Record<string, Chain>;
}
interface OpenRecord {
  readonly sessions: Record<string, SessionEntry>;
  getSessions(): SessionEntry[];
  getOpenSession(): SessionEntry | undefined;
}
interface OpenCipher {
  doDecryptWhisperMessage(data: Buffer, session: SessionEntry): Promise<Buffer>;
}

const receivingChain = 2;
const keptChains = 5;
const keptSessions = 5;

/** Drops what libsignal lets grow without bound: chains that are over, and old sessions. */
function prune(record: OpenRecord): void {
  const names = Object.keys(record.sessions);
  const open = names.filter((name) => record.sessions[name]?.indexInfo.closed === -1);
  for (const name of open.slice(0, -1)) {
    const session = record.sessions[name];
    if (session) session.indexInfo.closed = Date.now();
  }
  const closed = names.filter((name) => record.sessions[name]?.indexInfo.closed !== -1);
  for (const name of closed.slice(0, -keptSessions)) delete record.sessions[name];
  for (const session of Object.values(record.sessions)) {
    const over = Object.entries(session._chains).filter(
      ([, chain]) =>
        chain.chainType === receivingChain && !chain.chainKey.key && Object.keys(chain.messageKeys).length === 0,
    );
    for (const [name] of over.slice(0, -keptChains)) delete session._chains[name];
  }
}

function signalPair(pair: KeyPair): { privKey: Buffer; pubKey: Buffer } {
  return { privKey: pair.private, pubKey: signalKey(pair.public) };
}

export function createSignalSessions(phone: PhoneRecord, state: State): SignalSessions {
  const { number, identity } = phone;
  const sessions = new Map<string, Uint8Array>();
  /** Whose identity the open session is with, so that sending need not open the record for it. */
  const identities = new Map<string, Buffer>();
  const oneTimeKeys = new Map<number, KeyPair>();
  const queues = new Map<string, Promise<unknown>>();

  const nameOf = (address: DeviceAddress): string => `${address.number}:${address.device}`;
  const sessionKey = (name: string): string => `session:${number}:${name}`;
  const oneTimeKey = (id: number): string => `one-time-key:${number}:${id}`;

  async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (queues.get(name) ?? Promise.resolve()).then(work, work);
    queues.set(name, turn);
    try {
      return await turn;
    } finally {
      if (queues.get(name) === turn) queues.delete(name);
    }
  }
  function load(name: string): SessionRecord | undefined {
    const stored = sessions.get(name);
    return stored && SessionRecord.deserialize(stored);
  }
  function remember(name: string, record: OpenRecord): void {
    const session = Object.values(record.sessions).findLast(({ indexInfo }) => indexInfo.closed === -1);
    if (session) identities.set(name, session.indexInfo.remoteIdentityKey);
    else identities.delete(name);
  }
  function store(name: string, record: SessionRecord): void {
    const opened = record as unknown as OpenRecord;
    prune(opened);
    remember(name, opened);
    sessions.set(name, record.serialize());
    state.put(number, sessionKey(name), () => encodeJson(sessions.get(name)));
  }
  /** `replacing`: libsignal must not see the open session, else it prints its keys while it closes it; `store` closes it. */
  function storage(name: string, replacing: boolean): SignalStorage {
    return {
      loadSession: async () => {
        const record = load(name);
        if (record && replacing) (record as unknown as OpenRecord).getOpenSession = () => undefined;
        return record;
      },
      storeSession: async (_id, record) => store(name, record),
      isTrustedIdentity: () => true,
      loadPreKey: async (id) => {
        const pair = oneTimeKeys.get(Number(id));
        return pair && signalPair(pair);
      },
      removePreKey: (id) => {
        oneTimeKeys.delete(id);
        state.erase(number, oneTimeKey(id));
      },
      loadSignedPreKey: () => signalPair(identity.signedPreKey.pair),
      getOurRegistrationId: () => identity.registrationId,
      getOurIdentity: () => signalPair(identity.account),
    };
  }
  // libsignal serialises by this address over the whole process, clients included: it names both ends.
  const protocolAddress = (name: string): ProtocolAddress => new ProtocolAddress(`phone ${number} with ${name}`, 0);

  async function begin(name: string, bundle: PreKeyBundle): Promise<void> {
    const signed = bundle.signedPreKey;
    const session = {
      registrationId: bundle.registrationId,
      identityKey: signalKey(bundle.identityKey),
      signedPreKey: { keyId: signed.id, publicKey: signalKey(signed.value), signature: signed.signature },
    };
    const preKey = bundle.preKey && { keyId: bundle.preKey.id, publicKey: signalKey(bundle.preKey.value) };
    type Session = Parameters<SessionBuilder['initOutgoing']>[0];
    const builder = new SessionBuilder(storage(name, true), protocolAddress(name));
    await builder.initOutgoing((preKey ? { ...session, preKey } : session) as Session);
  }
  /** Tries each session on a copy of its own, because a vain try changes the session it was made on. */
  async function decryptWithAny(name: string, ciphertext: Buffer): Promise<Buffer> {
    const cipher = new SessionCipher(storage(name, false), protocolAddress(name)) as unknown as OpenCipher;
    let failure: unknown = new Error('No session with this device');
    for (let index = 0; ; index += 1) {
      const record = load(name);
      const session = (record as unknown as OpenRecord | undefined)?.getSessions()[index];
      if (!record || !session) throw failure;
      try {
        const plaintext = await cipher.doDecryptWhisperMessage(ciphertext, session);
        session.indexInfo.used = Date.now();
        store(name, record);
        return plaintext;
      } catch (error) {
        failure = error;
      }
    }
  }
  function fits(name: string, identityKey: Buffer): boolean {
    return identities.get(name)?.equals(signalKey(identityKey)) ?? false;
  }

  return {
    encrypt(to, identityKey, plaintext, bundle) {
      const name = nameOf(to);
      return inTurn(name, async () => {
        if (!fits(name, identityKey)) await begin(name, bundle());
        const cipher = new SessionCipher(storage(name, false), protocolAddress(name));
        const { type, body } = await cipher.encrypt(Buffer.from(plaintext));
        return { type: type === 3 ? 'pkmsg' : 'msg', bytes: Buffer.from(body, 'binary') };
      });
    },
    decrypt(from, type, ciphertext) {
      const name = nameOf(from);
      return inTurn(name, () =>
        type === 'msg'
          ? decryptWithAny(name, ciphertext)
          : new SessionCipher(storage(name, true), protocolAddress(name)).decryptPreKeyWhisperMessage(ciphertext),
      );
    },
    begin(with_, bundle) {
      const name = nameOf(with_);
      return inTurn(name, () => begin(name, bundle));
    },
    newBundle() {
      const id = identity.nextPreKey;
      const pair = newKeyPair();
      identity.nextPreKey += 1;
      phone.save();
      oneTimeKeys.set(id, pair);
      state.put(number, oneTimeKey(id), () => encodeJson(pair));
      const { signedPreKey, account, registrationId } = identity;
      return {
        registrationId,
        identityKey: account.public,
        signedPreKey: { id: signedPreKey.id, value: signedPreKey.pair.public, signature: signedPreKey.signature },
        preKey: { id, value: pair.public },
      };
    },
    forget() {
      for (const name of sessions.keys()) state.erase(number, sessionKey(name));
      sessions.clear();
      identities.clear();
    },
    restore(kind, path, value) {
      const [, ...rest] = path;
      if (kind === 'session') {
        const name = rest.join(':');
        const stored = decodeJson(value) as Uint8Array;
        sessions.set(name, stored);
        remember(name, SessionRecord.deserialize(stored) as unknown as OpenRecord);
      }
      if (kind === 'one-time-key') oneTimeKeys.set(Number(rest[0]), decodeJson(value) as KeyPair);
    },
  };
}
