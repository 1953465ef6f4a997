import { createRequire } from 'node:module';
import { calculateAgreement, calculateSignature, generateKeyPair, verifySignature } from 'whatsapp-rust-bridge';

/** What libsignal calls for Curve25519: public keys of 33 bytes with the type byte 5 before them, signatures of 64. */
interface Curve {
  generateKeyPair(): { pubKey: Buffer; privKey: Buffer };
  calculateAgreement(publicKey: Buffer, privateKey: Buffer): Buffer;
  calculateSignature(privateKey: Buffer, message: Buffer): Buffer;
  verifySignature(publicKey: Buffer, message: Buffer, signature: Buffer, isInit?: boolean): boolean;
}

const require = createRequire(import.meta.url);
let installed = false;

/**
 * Lets libsignal and Baileys 7.0.0-rc14 sign, verify, agree and make keys in WebAssembly, with the library that Baileys
 * itself brings: XEdDSA in JavaScript takes 18 ms a signature, here 0.2. Call it before anything imports Baileys, which
 * takes these functions as they are at that moment. The checks of what they are given, and their errors, stay.
 */
export function installNativeCurve(): void {
  if (installed) return;
  installed = true;
  // Through `require`: an ES import would fix the functions before they are replaced.
  const curve = require('libsignal/src/curve.js') as Curve;
  Object.assign(curve, nativeCurve({ ...curve }));
}

/** These replace functions of `original`, which still answers what they do not take. */
function nativeCurve(original: Curve): Curve {
  return {
    generateKeyPair() {
      const { pubKey, privKey } = generateKeyPair();
      return { pubKey: Buffer.from(pubKey), privKey: Buffer.from(privKey) };
    },
    calculateAgreement(publicKey, privateKey) {
      if (!isKey(publicKey, 33) || !isKey(privateKey, 32)) return original.calculateAgreement(publicKey, privateKey);
      return Buffer.from(calculateAgreement(publicKey, privateKey));
    },
    calculateSignature(privateKey, message) {
      if (!isKey(privateKey, 32) || !isBytes(message)) return original.calculateSignature(privateKey, message);
      return Buffer.from(calculateSignature(privateKey, message));
    },
    verifySignature(publicKey, message, signature, isInit = false) {
      const isNative = isKey(publicKey, 33) && isBytes(message) && isBytes(signature) && signature.length === 64;
      if (isInit || !isNative) return original.verifySignature(publicKey, message, signature, isInit);
      return verifySignature(publicKey, message, signature);
    },
  };
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** libsignal takes keys as a Buffer only. */
function isKey(value: unknown, length: 32 | 33): value is Buffer {
  return Buffer.isBuffer(value) && value.length === length && (length === 32 || value[0] === 5);
}
