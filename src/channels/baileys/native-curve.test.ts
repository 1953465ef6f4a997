import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { Curve } from '@whiskeysockets/baileys';
import * as curve from 'libsignal/src/curve.js';
import { expect, test } from 'vitest';

const require = createRequire(import.meta.url);
const rounds = 20;

/** As libsignal ships it: its file evaluated once more. */
function asShipped(): typeof curve {
  const path = require.resolve('libsignal/src/curve.js');
  const known = require.cache[path];
  delete require.cache[path];
  const shipped = require(path) as typeof curve;
  if (known) require.cache[path] = known;
  return shipped;
}

const shipped = asShipped();

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

test('what Baileys and libsignal call is native', () => {
  expect(curve.calculateSignature).not.toBe(shipped.calculateSignature);
  const { calculateSignature, verifySignature, calculateAgreement, generateKeyPair } = curve;
  const inside = require('libsignal/src/curve.js') as typeof curve;
  expect(inside).toMatchObject({ calculateSignature, verifySignature, calculateAgreement, generateKeyPair });
  for (const each of [calculateSignature, verifySignature, calculateAgreement, generateKeyPair]) {
    expect(String(each)).not.toMatch(/curveJs|nodeCrypto/);
  }
});

test('key pairs are new each time, and their halves belong together', () => {
  const pairs = Array.from({ length: rounds }, () => curve.generateKeyPair());
  expect(new Set(pairs.map(({ privKey }) => Buffer.from(privKey).toString('hex'))).size).toBe(rounds);
  for (const { pubKey, privKey } of pairs) {
    expect([Buffer.isBuffer(pubKey), pubKey.length, pubKey[0], privKey.length]).toEqual([true, 33, 5, 32]);
    // The basepoint of Curve25519: agreeing with it gives the public half.
    const base = Buffer.from([5, 9, ...Array.from({ length: 31 }, () => 0)]);
    expect(shipped.calculateAgreement(base, privKey)).toEqual(Buffer.from(pubKey.subarray(1)));
  }
});

test('two agree on the same secret as in JavaScript', () => {
  for (let round = 0; round < rounds; round += 1) {
    const [own, other] = [curve.generateKeyPair(), shipped.generateKeyPair()];
    const secret = shipped.calculateAgreement(other.pubKey, own.privKey);
    expect(curve.calculateAgreement(other.pubKey, own.privKey)).toEqual(secret);
    expect(curve.calculateAgreement(own.pubKey, other.privKey)).toEqual(secret);
  }
});

test('signatures of one are verified by the other', () => {
  for (let round = 0; round < rounds; round += 1) {
    const { pubKey, privKey } = round % 2 === 0 ? curve.generateKeyPair() : shipped.generateKeyPair();
    const message = randomBytes(1 + round * 7);
    expect(shipped.verifySignature(pubKey, message, curve.calculateSignature(privKey, message))).toBe(true);
    expect(curve.verifySignature(pubKey, message, shipped.calculateSignature(privKey, message))).toBe(true);
  }
});

test('nothing with a flipped bit is verified', () => {
  const { pubKey, privKey } = curve.generateKeyPair();
  const message = randomBytes(32);
  const signature = curve.calculateSignature(privKey, message);
  expect(curve.verifySignature(pubKey, message, signature)).toBe(true);
  for (let bit = 0; bit < 512; bit += 1) {
    expect(`${bit} ${curve.verifySignature(pubKey, message, flipped(signature, bit))}`).toBe(`${bit} false`);
  }
  for (let bit = 0; bit < 256; bit += 1) {
    expect(`${bit} ${curve.verifySignature(pubKey, flipped(message, bit), signature)}`).toBe(`${bit} false`);
  }
});

test('what is no key, no message or no signature is refused in the same words', () => {
  const { pubKey, privKey } = curve.generateKeyPair();
  const message = randomBytes(8);
  const signature = curve.calculateSignature(privKey, message);
  const calls: ((with_: typeof curve) => unknown)[] = [
    (each) => each.calculateAgreement(pubKey.subarray(0, 30), privKey),
    (each) => each.calculateAgreement(Buffer.alloc(33), privKey),
    (each) => each.calculateAgreement(pubKey, privKey.subarray(1)),
    (each) => each.calculateSignature(privKey.subarray(1), message),
    (each) => each.calculateSignature(privKey, undefined as unknown as Buffer),
    (each) => each.verifySignature(pubKey, message, signature.subarray(1)),
    (each) => each.verifySignature(Buffer.alloc(33), message, signature),
  ];
  for (const call of calls) {
    let words: unknown;
    try {
      call(shipped);
    } catch (error) {
      words = error;
    }
    expect(words).toBeInstanceOf(Error);
    expect(() => call(curve)).toThrow((words as Error).message);
  }
});

test('Baileys’ own object goes through it', () => {
  const { public: publicKey, private: privateKey } = Curve.generateKeyPair();
  const message = randomBytes(20);
  const signature = Buffer.from(Curve.sign(privateKey, message));
  expect(shipped.verifySignature(Buffer.concat([Buffer.from([5]), publicKey]), message, signature)).toBe(true);
});
