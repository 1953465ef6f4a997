import { AsyncLocalStorage } from 'node:async_hooks';
import { Curve, generateSignalPubKey, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import * as curve from 'libsignal/src/curve.js';

/** Whose signature on the network's Noise certificates one socket accepts. */
export interface NoiseTrust {
  /** 32-byte Curve25519 public key; undefined for WhatsApp's own. */
  root: Uint8Array | undefined;
  /** false accepts what stock Baileys accepts, which is any 64-byte signature. */
  strict: boolean;
}

const trustOfSocket = new AsyncLocalStorage<NoiseTrust>();
let installed = false;

/**
 * Makes signature checks mean what they say. In Baileys 7.0.0-rc14 `Curve.verify` ignores the boolean that libsignal's
 * `verifySignature` returns, so that any signature passes. The exported object is looked up at call time and is replaced
 * here once for the process; the root follows from the socket in whose asynchronous context the check runs.
 */
export function installStrictNoiseCertificates(): void {
  if (installed) return;
  installed = true;
  const lenient = Curve.verify;
  Curve.verify = (publicKey, message, signature) => {
    const trust = trustOfSocket.getStore() ?? { root: undefined, strict: true };
    if (!trust.strict) return lenient(publicKey, message, signature);
    const isRoot = WA_CERT_DETAILS.PUBLIC_KEY.equals(publicKey);
    const signer = isRoot && trust.root ? trust.root : publicKey;
    return verifies(signer, message, signature);
  };
}

/** Runs `open` so that the socket it creates, and only that one, checks certificates against this trust. */
export function withNoiseTrust<T>(trust: NoiseTrust, open: () => T): T {
  return trustOfSocket.run(trust, open);
}

function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = Buffer.from(generateSignalPubKey(publicKey));
    return curve.verifySignature(key, Buffer.from(message), Buffer.from(signature));
  } catch {
    return false;
  }
}
