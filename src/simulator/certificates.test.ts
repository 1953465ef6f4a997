import { Curve, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import * as curve from 'libsignal/src/curve.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { newStockAccount } from '../../test/doubles/stock-client.ts';
import { createCertificates } from './certificates.ts';
import { keyPairFromSeed, newKeyPair, sign, signalKey, verify } from './keys.ts';

const network = useSimulatedNetwork(['9990000000001']);
const stockVerify = Curve.verify;

/** What a careful client does: true only for a signature that libsignal holds for valid, and its own root for WhatsApp's. */
function verifyStrictly(root: Uint8Array): void {
  Curve.verify = (key, message, signature) => {
    const trusted = Buffer.from(key).equals(WA_CERT_DETAILS.PUBLIC_KEY) ? root : key;
    return curve.verifySignature(signalKey(trusted), message, Buffer.from(signature));
  };
}

beforeEach(() => verifyStrictly(network.simulator.noiseRoot));
afterEach(() => {
  Curve.verify = stockVerify;
});

test('a client that verifies strictly links, logs in and talks', async () => {
  const phone = network.control.phone('9990000000002');
  const account = newStockAccount();
  const first = network.connect(account);
  const scanned = phone.scan(await first.qr());
  expect(await first.closed()).toBe(515);
  const client = network.connect(account);
  await client.opened();
  await scanned;
  await client.sends('9990000000003@s.whatsapp.net', 'strictly yours');
  await network.control.phone('9990000000003').receives('strictly yours');
});

test('a client that verifies strictly refuses a foreign root', async () => {
  verifyStrictly(newKeyPair().public);
  expect(await network.connect(newStockAccount()).closed()).toBe(400);
});

test('another seed gives another root, the same seed the same', () => {
  const root = (fill: number): string => createCertificates(Buffer.alloc(32, fill)).root.toString('hex');
  expect(root(1)).toBe(root(1));
  expect(root(1)).not.toBe(root(2));
});

test('the chain is signed by the root, link by link, as libsignal checks it', () => {
  const { root, chain, serverStatic } = createCertificates(Buffer.alloc(32, 1));
  const { intermediate, leaf } = proto.CertChain.decode(chain);
  const details = proto.CertChain.NoiseCertificate.Details.decode(intermediate?.details ?? Buffer.alloc(0));
  const bytes = (value: Uint8Array | null | undefined): Buffer => Buffer.from(value ?? []);
  expect(curve.verifySignature(signalKey(root), bytes(intermediate?.details), bytes(intermediate?.signature))).toBe(
    true,
  );
  expect(curve.verifySignature(signalKey(bytes(details.key)), bytes(leaf?.details), bytes(leaf?.signature))).toBe(true);
  expect(verify(bytes(details.key), bytes(leaf?.details), bytes(leaf?.signature))).toBe(true);
  const leafDetails = proto.CertChain.NoiseCertificate.Details.decode(bytes(leaf?.details));
  expect(bytes(leafDetails.key).equals(serverStatic.public)).toBe(true);
});

test('signatures are verified as libsignal verifies them', () => {
  for (let round = 0; round < 5; round += 1) {
    const { private: privateKey, public: publicKey } =
      round % 2 ? newKeyPair() : keyPairFromSeed(Buffer.from([round]), 'x');
    const message = Buffer.from(`message ${round}`);
    const signature = sign(privateKey, message);
    expect(curve.verifySignature(signalKey(publicKey), message, signature)).toBe(true);
    expect(verify(publicKey, message, signature)).toBe(true);
    expect(verify(publicKey, Buffer.from('another'), signature)).toBe(false);
    expect(verify(newKeyPair().public, message, signature)).toBe(false);
    expect(verify(publicKey, message, Buffer.alloc(64, 1))).toBe(false);
  }
});
