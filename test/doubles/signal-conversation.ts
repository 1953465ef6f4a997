import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from 'libsignal';
import type * as Curve from 'libsignal/src/curve.js';
import { silenceLibsignal } from '../../src/channels/baileys/quiet-libsignal.ts';
import type { SerializedRecord } from '../../src/channels/baileys/session-records.ts';

export type End = 'left' | 'right';

export interface Letter {
  readonly to: End;
  readonly type: 'pkmsg' | 'msg';
  readonly bytes: Buffer;
}

/** What is stored instead of `next`; `previous` is there when `next` follows from reading a message of type `msg`. */
export type Keep = (next: SerializedRecord, previous?: SerializedRecord) => SerializedRecord;

/** Two ends of libsignal, each with one record about the other. Acts must be awaited one after the other. */
export interface Conversation {
  /** A new session with the keys that the other end gives out; the old one is closed. */
  begins(end: End): Promise<void>;
  sends(from: End, text: string): Promise<Letter>;
  /** The text, or undefined when it was refused. */
  reads(letter: Letter): Promise<string | undefined>;
  stored(end: End): string;
}

interface Pair {
  pubKey: Buffer;
  privKey: Buffer;
}

const curve = createRequire(import.meta.url)('libsignal/src/curve.js') as typeof Curve;
const basepoint = Buffer.from([5, 9, ...Array.from({ length: 31 }, () => 0)]);
const others: Record<End, End> = { left: 'right', right: 'left' };

const pairs = new Map<string, Pair>();

/** Made once: half of what the conversations of a test cost is making keys, the same ones in each. */
function pairFrom(seed: string): Pair {
  const made = pairs.get(seed) ?? makePair(seed);
  pairs.set(seed, made);
  return made;
}

function makePair(seed: string): Pair {
  const privKey = createHash('sha256').update(seed).digest();
  privKey[0] = (privKey[0] ?? 0) & 248;
  privKey[31] = ((privKey[31] ?? 0) & 127) | 64;
  const publicHalf = curve.calculateAgreement(basepoint, privKey);
  return { privKey, pubKey: Buffer.concat([Buffer.from([5]), publicHalf]) };
}

/** The n-th key that an act makes is the same in each conversation of this name, so that two can be compared. */
export function createConversation(name: string, keep: Keep): Conversation {
  silenceLibsignal();
  const records: Partial<Record<End, string>> = {};
  const oneTimeKeys = new Map<string, Pair>();
  let reading: SerializedRecord | undefined;
  let acts = 0;

  function storage(end: End): SignalStorage {
    return {
      loadSession: async () => {
        const text = records[end];
        return text === undefined ? undefined : SessionRecord.deserialize(JSON.parse(text) as Uint8Array);
      },
      storeSession: async (_id, record) => {
        const next = record.serialize() as unknown as SerializedRecord;
        records[end] = JSON.stringify(keep(next, reading));
      },
      isTrustedIdentity: () => true,
      loadPreKey: async (id) => oneTimeKeys.get(`${end} ${id}`),
      removePreKey: (id) => void oneTimeKeys.delete(`${end} ${id}`),
      loadSignedPreKey: () => pairFrom(`${name} ${end} signed`),
      getOurRegistrationId: () => 1,
      getOurIdentity: () => pairFrom(`${name} ${end} identity`),
    };
  }
  const addressOf = (end: End): ProtocolAddress => new ProtocolAddress(`${name} ${end}`, 0);

  async function act<T>(work: () => Promise<T>): Promise<T> {
    acts += 1;
    let made = 0;
    const { generateKeyPair } = curve;
    Object.assign(curve, { generateKeyPair: () => pairFrom(`${name} ${acts} ${(made += 1)}`) });
    try {
      return await work();
    } finally {
      Object.assign(curve, { generateKeyPair });
    }
  }

  return {
    begins: (end) =>
      act(async () => {
        const other = others[end];
        const oneTimeKey = pairFrom(`${name} ${acts} one-time`);
        oneTimeKeys.set(`${other} ${acts}`, oneTimeKey);
        const [identity, signed] = [storage(other).getOurIdentity(), storage(other).loadSignedPreKey()];
        await new SessionBuilder(storage(end), addressOf(end)).initOutgoing({
          registrationId: 1,
          identityKey: identity.pubKey,
          signedPreKey: {
            keyId: 1,
            publicKey: signed.pubKey,
            signature: curve.calculateSignature(identity.privKey, signed.pubKey),
          },
          preKey: { keyId: acts, publicKey: oneTimeKey.pubKey },
        });
      }),
    sends: (from, text) =>
      act(async () => {
        const { type, body } = await new SessionCipher(storage(from), addressOf(from)).encrypt(Buffer.from(text));
        return { to: others[from], type: type === 3 ? 'pkmsg' : 'msg', bytes: Buffer.from(body, 'binary') };
      }),
    reads: ({ to, type, bytes }) =>
      act(async () => {
        const cipher = new SessionCipher(storage(to), addressOf(to));
        const before = records[to];
        if (type === 'msg' && before !== undefined) reading = JSON.parse(before) as SerializedRecord;
        try {
          const plaintext =
            type === 'msg'
              ? await cipher.decryptWhisperMessage(bytes)
              : await cipher.decryptPreKeyWhisperMessage(bytes);
          return plaintext.toString();
        } catch {
          return undefined;
        } finally {
          reading = undefined;
        }
      }),
    stored: (end) => records[end] ?? '',
  };
}
