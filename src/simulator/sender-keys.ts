import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomInt } from 'node:crypto';
import { proto } from '@whiskeysockets/baileys';
import { newKeyPair, sign, signalKey, verify } from './keys.ts';
import { decodeJson, encodeJson } from './stanza.ts';
import type { State } from './state.ts';

/** The chain of keys with which one device writes to one group. */
interface SenderKey {
  readonly id: number;
  readonly signingPublic: Buffer;
  readonly signingPrivate?: Buffer;
  iteration: number;
  chainKey: Buffer;
  /** Keys of messages that have not arrived yet, by iteration. */
  readonly skipped: Record<string, Buffer>;
  /** For our own: the devices that have it. */
  readonly sharedWith: Record<string, true>;
}

/** A phone's sender keys: its own for each group, and those that others shared with it. */
export interface SenderKeys {
  /** Which of these devices have not got our key for this group yet; they count as told afterwards. */
  untold(group: string, devices: readonly string[]): ReadonlySet<string>;
  distribution(group: string): Buffer;
  encrypt(group: string, plaintext: Uint8Array): Buffer;
  /** Takes the distribution message of `author` (number:device). */
  learn(group: string, author: string, distribution: Uint8Array): void;
  /** Throws when the key is not known, the signature is wrong, or the message was read before. */
  decrypt(group: string, author: string, message: Uint8Array): Buffer;
  forget(): void;
  restore(path: readonly string[], value: Uint8Array): void;
}

const version = 0x33;
const signatureLength = 64;
const farthestSkip = 2000;
const keptSkipped = 100;
const keptKeys = 5;

function step(chainKey: Buffer, constant: number): Buffer {
  return createHmac('sha256', chainKey)
    .update(Buffer.from([constant]))
    .digest();
}

function messageSecrets(seed: Buffer): { iv: Buffer; key: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', seed, Buffer.alloc(32), 'WhisperGroup', 48));
  return { iv: bytes.subarray(0, 16), key: bytes.subarray(16, 48) };
}

/** The seed for this iteration; moves the chain beyond it. Throws for one that was used, or is too far ahead. */
function seedFor(senderKey: SenderKey, iteration: number): Buffer {
  if (iteration < senderKey.iteration) {
    const seed = senderKey.skipped[iteration];
    if (!seed) throw new Error('This group message was read before');
    delete senderKey.skipped[iteration];
    return seed;
  }
  if (iteration - senderKey.iteration > farthestSkip) throw new Error('This group message is too far in the future');
  for (; senderKey.iteration < iteration; senderKey.iteration += 1) {
    senderKey.skipped[senderKey.iteration] = step(senderKey.chainKey, 1);
    senderKey.chainKey = step(senderKey.chainKey, 2);
  }
  for (const old of Object.keys(senderKey.skipped).slice(0, -keptSkipped)) delete senderKey.skipped[old];
  const seed = step(senderKey.chainKey, 1);
  senderKey.chainKey = step(senderKey.chainKey, 2);
  senderKey.iteration += 1;
  return seed;
}

function newSenderKey(): SenderKey {
  const signing = newKeyPair();
  return {
    id: randomInt(1, 2 ** 31 - 1),
    signingPublic: signing.public,
    signingPrivate: signing.private,
    iteration: 0,
    chainKey: randomBytes(32),
    skipped: {},
    sharedWith: {},
  };
}

export function createSenderKeys(number: string, state: State): SenderKeys {
  const keys = new Map<string, SenderKey[]>();
  const storeKey = (name: string): string => `sender-key:${number}:${name}`;

  function save(name: string): void {
    state.put(number, storeKey(name), () => encodeJson(keys.get(name)));
  }
  function own(group: string): SenderKey {
    const name = `${group}:own`;
    const [known] = keys.get(name) ?? [];
    if (known) return known;
    const created = newSenderKey();
    keys.set(name, [created]);
    save(name);
    return created;
  }

  return {
    untold(group, devices) {
      const { sharedWith } = own(group);
      const untold = new Set(devices.filter((device) => !sharedWith[device]));
      for (const device of untold) sharedWith[device] = true;
      if (untold.size > 0) save(`${group}:own`);
      return untold;
    },
    distribution(group) {
      const { id, iteration, chainKey, signingPublic } = own(group);
      const message = proto.SenderKeyDistributionMessage.encode({
        id,
        iteration,
        chainKey,
        signingKey: signalKey(signingPublic),
      }).finish();
      return Buffer.concat([Buffer.from([version]), message]);
    },
    encrypt(group, plaintext) {
      const senderKey = own(group);
      const { iteration } = senderKey;
      const { iv, key } = messageSecrets(seedFor(senderKey, iteration));
      save(`${group}:own`);
      const cipher = createCipheriv('aes-256-cbc', key, iv);
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
      const message = proto.SenderKeyMessage.encode({ id: senderKey.id, iteration, ciphertext }).finish();
      const signed = Buffer.concat([Buffer.from([version]), message]);
      return Buffer.concat([signed, sign(senderKey.signingPrivate ?? Buffer.alloc(32), signed)]);
    },
    learn(group, author, distribution) {
      const { id, iteration, chainKey, signingKey } = proto.SenderKeyDistributionMessage.decode(
        distribution.subarray(1),
      );
      if (!id || !chainKey || !signingKey) throw new Error('The sender key is incomplete');
      const name = `${group}:${author}`;
      const known = keys.get(name) ?? [];
      // The one we have may be ahead, and it holds the keys of messages that are still on their way.
      if (known.some((senderKey) => senderKey.id === id)) return;
      const learned: SenderKey = {
        id,
        iteration: iteration ?? 0,
        chainKey: Buffer.from(chainKey),
        signingPublic: Buffer.from(signingKey.subarray(-32)),
        skipped: {},
        sharedWith: {},
      };
      keys.set(name, [...known, learned].slice(-keptKeys));
      save(name);
    },
    decrypt(group, author, message) {
      const name = `${group}:${author}`;
      const signed = message.subarray(0, -signatureLength);
      const { id, iteration, ciphertext } = proto.SenderKeyMessage.decode(signed.subarray(1));
      const senderKey = keys.get(name)?.find((known) => known.id === id);
      if (!senderKey || !ciphertext) throw new Error('No sender key of this device');
      if (!verify(senderKey.signingPublic, signed, message.subarray(-signatureLength))) {
        throw new Error('The group message is not signed by its sender');
      }
      const { iv, key } = messageSecrets(seedFor(senderKey, iteration ?? 0));
      save(name);
      const decipher = createDecipheriv('aes-256-cbc', key, iv);
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    },
    forget() {
      for (const name of keys.keys()) state.erase(number, storeKey(name));
      keys.clear();
    },
    restore([, ...name], value) {
      keys.set(name.join(':'), decodeJson(value) as SenderKey[]);
    },
  };
}
