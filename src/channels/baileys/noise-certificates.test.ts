import { mediaOf } from '../../../test/doubles/simulated-media.ts';
import { createHmac } from 'node:crypto';
import {
  type BinaryNode,
  configureSuccessfulPairing,
  Curve,
  initAuthCreds,
  proto,
  WA_ADV_ACCOUNT_SIG_PREFIX,
  WA_CERT_DETAILS,
} from '@whiskeysockets/baileys';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patient, textTo, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import { installStrictNoiseCertificates, type NoiseTrust, withNoiseTrust } from './noise-certificates.ts';
import type { Network } from './socket-config.ts';

const rig = useBaileysRig();
/** Another network, with a root of its own. */
const foreign = createSimulator({ seed: Buffer.alloc(32, 8) });
beforeAll(() => foreign.start());
afterAll(() => foreign.stop());

const whatsapp: NoiseTrust = { root: undefined, strict: true };
const trusting = (url: string, trust: NoiseTrust): Network => ({ webSocketUrl: url, trust, media: mediaOf(foreign) });

/** How a channel that dials this network ends: refused, or with a code to show. */
async function dials(network: Network): Promise<string> {
  const { channel, told } = await rig.unlinked({ network });
  await channel.start();
  const state = await Promise.race([told.becomes('failed'), told.becomes('pairing')]);
  await channel.stop();
  return state.kind === 'failed' ? state.reason : state.kind;
}

describe('a network', () => {
  test("with the sandbox's root is accepted by a channel that was given that root", async () => {
    expect(await dials(trusting(rig.simulator.url, { root: rig.simulator.noiseRoot, strict: true }))).toBe('pairing');
  });

  test("with the sandbox's root is refused by a live account", async () => {
    expect(await dials(trusting(rig.simulator.url, whatsapp))).toBe('certificate_refused');
  });

  test('with a foreign root is refused by live and sandbox accounts', async () => {
    expect(await dials(trusting(foreign.url, whatsapp))).toBe('certificate_refused');
    const sandbox: NoiseTrust = { root: rig.simulator.noiseRoot, strict: true };
    expect(await dials(trusting(foreign.url, sandbox))).toBe('certificate_refused');
  });

  test('with any root is accepted where checks are not strict, as stock Baileys does', async () => {
    expect(await dials(trusting(foreign.url, { root: undefined, strict: false }))).toBe('pairing');
  });
});

test('roots of sockets that connect at the same time do not mix', async () => {
  const networks: [Network, string][] = [
    [trusting(rig.simulator.url, { root: rig.simulator.noiseRoot, strict: true }), 'pairing'],
    [trusting(rig.simulator.url, { root: foreign.noiseRoot, strict: true }), 'certificate_refused'],
    [trusting(foreign.url, { root: foreign.noiseRoot, strict: true }), 'pairing'],
    [trusting(foreign.url, { root: rig.simulator.noiseRoot, strict: true }), 'certificate_refused'],
    [trusting(rig.simulator.url, whatsapp), 'certificate_refused'],
    [trusting(foreign.url, { root: undefined, strict: false }), 'pairing'],
  ];
  const twice = [...networks, ...networks];
  expect(await Promise.all(twice.map(([network]) => dials(network)))).toEqual(twice.map(([, outcome]) => outcome));
});

test('a refused certificate leaves the keys of a linked account alone', async () => {
  const account = await rig.linked();
  await account.channel.stop();
  const keys = await rig.keysOf(account);
  const live = rig.again(account, { network: trusting(rig.simulator.url, whatsapp) });
  await live.channel.start();
  expect(await live.told.becomes('failed')).toEqual({ kind: 'failed', reason: 'certificate_refused' });
  expect(await rig.keysOf(account)).toBe(keys);
  const again = rig.again(account);
  await again.channel.start();
  await again.told.becomes('online');
  await again.channel.send(textTo(rig.newPhone().jid, 'still linked'), patient);
});

describe('a signature', () => {
  installStrictNoiseCertificates();
  const account = Curve.generateKeyPair();
  const message = Buffer.from('details and identity');
  const signature = Curve.sign(account.private, message);
  const tampered = Buffer.from(signature);
  tampered[10] = (tampered[10] ?? 0) ^ 1;
  const verify = (trust: NoiseTrust, key: Uint8Array, signed: Uint8Array): boolean =>
    withNoiseTrust(trust, () => Curve.verify(key, message, signed));

  test.each([
    ['of the account is accepted', account.public, signature, true],
    ['that was tampered with is refused', account.public, tampered, false],
    ['of somebody else is refused', Curve.generateKeyPair().public, signature, false],
    ['that is too short is refused', account.public, signature.subarray(1), false],
    ['under a key that is none is refused', Buffer.alloc(5), signature, false],
  ])('%s', (_name, key, signed, expected) => {
    expect(verify(whatsapp, key, signed)).toBe(expected);
    expect(verify({ root: rig.simulator.noiseRoot, strict: true }, key, signed)).toBe(expected);
    expect(Curve.verify(key, message, signed)).toBe(expected);
  });

  test("under WhatsApp's key is checked against the root that the socket was given, and only there", () => {
    const key = Buffer.from(WA_CERT_DETAILS.PUBLIC_KEY);
    expect(verify({ root: account.public, strict: true }, key, signature)).toBe(true);
    expect(verify(whatsapp, key, signature)).toBe(false);
    expect(Curve.verify(key, message, signature)).toBe(false);
    expect(verify({ root: account.public, strict: true }, Curve.generateKeyPair().public, signature)).toBe(false);
  });
});

describe('a pairing', () => {
  const creds = initAuthCreds();
  const account = Curve.generateKeyPair();

  /** What a phone sends to link this device, signed with `signer`. */
  function pairSuccess(signer: Uint8Array): BinaryNode {
    const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: 1, keyIndex: 1 }).finish();
    const signed = Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, creds.signedIdentityKey.public]);
    const accountSignature = Curve.sign(signer, signed);
    const identity = proto.ADVSignedDeviceIdentity.encode({
      details,
      accountSignatureKey: account.public,
      accountSignature,
    }).finish();
    const hmac = createHmac('sha256', Buffer.from(creds.advSecretKey, 'base64')).update(identity).digest();
    const wrapped = proto.ADVSignedDeviceIdentityHMAC.encode({ details: identity, hmac }).finish();
    const content: BinaryNode[] = [
      { tag: 'device-identity', attrs: {}, content: wrapped },
      { tag: 'device', attrs: { jid: '9990000000001:1@s.whatsapp.net', lid: '12345:1@lid' } },
    ];
    return { tag: 'iq', attrs: { id: '1' }, content: [{ tag: 'pair-success', attrs: {}, content }] };
  }
  const pair = (signer: Uint8Array) =>
    withNoiseTrust(whatsapp, () => configureSuccessfulPairing(pairSuccess(signer), creds));

  test('that the account has signed is taken', () => {
    expect(pair(account.private).creds.me?.id).toBe('9990000000001:1@s.whatsapp.net');
  });

  test('that somebody else has signed is refused', () => {
    expect(() => pair(Curve.generateKeyPair().private)).toThrow('Failed to verify account signature');
  });
});
