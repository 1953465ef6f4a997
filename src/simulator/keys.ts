import { createPrivateKey, createPublicKey, hkdfSync, verify as verifyEdwards, type KeyObject } from 'node:crypto';
import { calculateAgreement, calculateSignature, generateKeyPair } from 'whatsapp-rust-bridge';

/** Curve25519, both halves 32 bytes. */
export interface KeyPair {
  readonly public: Buffer;
  readonly private: Buffer;
}

const privateKeyPrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
const publicKeyPrefixLength = 12;
const signalKeyType = Buffer.from([5]);

export function newKeyPair(): KeyPair {
  const pair = generateKeyPair();
  return { public: Buffer.from(pair.pubKey.subarray(1)), private: Buffer.from(pair.privKey) };
}

/** The same 32 bytes of seed and the same purpose always give the same pair. */
export function keyPairFromSeed(seed: Uint8Array, purpose: string): KeyPair {
  const bytes = Buffer.from(hkdfSync('sha256', seed, Buffer.alloc(32), purpose, 32));
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[31] = ((bytes[31] ?? 0) & 127) | 64;
  const key = createPrivateKey({ key: Buffer.concat([privateKeyPrefix, bytes]), format: 'der', type: 'pkcs8' });
  const encoded = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { private: bytes, public: encoded.subarray(publicKeyPrefixLength) };
}

/** The public key with Signal's type byte 5 before it (33 bytes). */
export function signalKey(publicKey: Uint8Array): Buffer {
  return publicKey.length === 33 ? Buffer.from(publicKey) : Buffer.concat([signalKeyType, publicKey]);
}

export function agree(privateKey: Uint8Array, publicKey: Uint8Array): Buffer {
  return Buffer.from(calculateAgreement(signalKey(publicKey), privateKey));
}

/** XEdDSA, 64 bytes. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Buffer {
  return Buffer.from(calculateSignature(privateKey, message));
}

const fieldPrime = 2n ** 255n - 19n;
const edwardsKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const rememberedKeys = 2000;
const edwardsKeys = new Map<string, KeyObject>();

function inverse(value: bigint): bigint {
  let result = 1n;
  let factor = value % fieldPrime;
  for (let rest = fieldPrime - 2n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % fieldPrime;
    factor = (factor * factor) % fieldPrime;
  }
  return result;
}

/** XEdDSA: y = (u - 1) / (u + 1), with the sign bit that the signature carries. */
function edwardsKey(publicKey: Uint8Array, signBit: number): KeyObject {
  const raw = Buffer.from(publicKey.subarray(-32));
  const name = `${raw.toString('base64')}${signBit}`;
  const remembered = edwardsKeys.get(name);
  if (remembered) return remembered;
  const u = BigInt(`0x${Buffer.from(raw.toReversed()).toString('hex')}`) & (2n ** 255n - 1n);
  const y = ((u - 1n + fieldPrime) * inverse(u + 1n)) % fieldPrime;
  const encoded = Buffer.from(Buffer.from(y.toString(16).padStart(64, '0'), 'hex').toReversed());
  encoded[31] = (encoded[31] ?? 0) | signBit;
  const key = createPublicKey({ key: Buffer.concat([edwardsKeyPrefix, encoded]), format: 'der', type: 'spki' });
  if (edwardsKeys.size >= rememberedKeys) edwardsKeys.clear();
  edwardsKeys.set(name, key);
  return key;
}

/**
 * Strict XEdDSA, unlike Baileys' `Curve.verify`, which takes any 64 bytes for valid. In native code, because libsignal's
 * own takes some 10 ms.
 */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || (publicKey.length !== 32 && publicKey.length !== 33)) return false;
  const plain = Buffer.from(signature);
  const signBit = (plain[63] ?? 0) & 128;
  plain[63] = (plain[63] ?? 0) & 127;
  try {
    return verifyEdwards(null, message, edwardsKey(publicKey, signBit), plain);
  } catch {
    return false;
  }
}
