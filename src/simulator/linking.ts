import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { proto, WA_ADV_ACCOUNT_SIG_PREFIX, WA_ADV_DEVICE_SIG_PREFIX, type BinaryNode } from '@whiskeysockets/baileys';
import type { ScanResult } from './control.ts';
import type { DeviceNotices } from './device-notices.ts';
import type { Device, PhoneRecord } from './directory.ts';
import { sign, verify } from './keys.ts';
import type { Line } from './line.ts';
import type { Network } from './network.ts';
import { bytesOf, find, stanza, unixSeconds } from './stanza.ts';

/** A client that shows codes: its line, and what it told about itself. */
interface Offer {
  readonly line: Line;
  readonly refs: readonly string[];
  readonly identityKey: Buffer;
  readonly registration: proto.ClientPayload.IDevicePairingRegistrationData;
  pairing?: Pairing;
}

interface Pairing {
  readonly requestId: string;
  readonly phone: PhoneRecord;
  readonly details: Uint8Array;
  readonly keyIndex: number;
  finish(device: Device): void;
  fail(error: Error): void;
}

/** Linking of new devices by QR code. */
export interface Linking {
  /** Takes a line that has no account yet and gives it the first six codes. */
  offer(line: Line): void;
  /** True when the stanza belonged to the linking of this line. */
  take(line: Line, node: BinaryNode): boolean;
  closed(line: Line): void;
  scan(phone: PhoneRecord, qr: string, signal?: AbortSignal): Promise<ScanResult>;
  loggedIn(device: Device): void;
}

const codesPerLine = 6;
const rememberedRefs = 600;
const restartRequired = '515';

interface ScannedCode {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly advSecret: Buffer;
}

function parseCode(qr: string): ScannedCode {
  const [ref, noiseKey, identityKey, advSecret] = (qr.split('#').at(-1) ?? '').split(',');
  if (!ref || !noiseKey || !identityKey || !advSecret) throw new Error('This is no code of this network');
  return {
    ref,
    noiseKey: Buffer.from(noiseKey, 'base64'),
    identityKey: Buffer.from(identityKey, 'base64'),
    advSecret: Buffer.from(advSecret, 'base64'),
  };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The account's signature over a companion, wrapped as the companion's `configureSuccessfulPairing` unwraps it. */
function signedIdentity(phone: PhoneRecord, code: ScannedCode, keyIndex: number) {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: phone.identity.rawId,
    timestamp: Number(unixSeconds()),
    keyIndex,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const { account } = phone.identity;
  const identity = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: account.public,
    accountSignature: sign(account.private, Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, code.identityKey])),
  }).finish();
  const hmac = createHmac('sha256', code.advSecret).update(identity).digest();
  return { details, wrapped: proto.ADVSignedDeviceIdentityHMAC.encode({ details: identity, hmac }).finish() };
}

export function createLinking(network: Network, notices: DeviceNotices): Linking {
  const offersByRef = new Map<string, Offer>();
  const offersByLine = new Map<Line, Offer>();
  const spentRefs: string[] = [];
  const firstLogins = new Map<Device, () => void>();

  function takeOffer(code: ScannedCode): Offer {
    const offer = offersByRef.get(code.ref);
    if (!offer || offer.pairing) {
      const spent = offer !== undefined || spentRefs.includes(code.ref);
      throw new Error(spent ? 'This code has been used or replaced' : 'This is no code of this network');
    }
    if (!sameBytes(code.noiseKey, offer.line.clientKey) || !sameBytes(code.identityKey, offer.identityKey)) {
      throw new Error('This code does not belong to the device that shows it');
    }
    return offer;
  }

  function register(offer: Offer, pairing: Pairing): Device {
    const { phone, keyIndex } = pairing;
    const { registration } = offer;
    const device: Device = {
      number: phone.number,
      device: keyIndex,
      identityKey: offer.identityKey,
      noiseKey: offer.line.clientKey,
      registrationId: Buffer.from(registration.eRegid ?? []).readUIntBE(0, 4),
      keyIndex,
      signedPreKey: {
        id: Buffer.from(registration.eSkeyId ?? []).readUIntBE(0, 3),
        value: Buffer.from(registration.eSkeyVal ?? []),
        signature: Buffer.from(registration.eSkeySig ?? []),
      },
      preKeysTaken: 0,
      firstSyncSent: false,
    };
    network.directory.addDevice(device);
    return device;
  }

  function deviceSigned(offer: Offer, pairing: Pairing, answer: BinaryNode): boolean {
    const encoded = bytesOf(find(answer, 'pair-device-sign', 'device-identity'));
    if (!encoded) return false;
    const identity = proto.ADVSignedDeviceIdentity.decode(encoded);
    const account = pairing.phone.identity.account.public;
    const signed = Buffer.concat([WA_ADV_DEVICE_SIG_PREFIX, pairing.details, offer.identityKey, account]);
    return verify(offer.identityKey, signed, identity.deviceSignature ?? Buffer.alloc(0));
  }

  function complete(offer: Offer, pairing: Pairing, answer: BinaryNode): void {
    if (!deviceSigned(offer, pairing, answer)) {
      pairing.fail(new Error('The device did not sign its identity'));
      offer.line.end(stanza('stream:error', { code: '401' }));
      return;
    }
    const device = register(offer, pairing);
    notices.changed('add', device);
    firstLogins.set(device, () => pairing.finish(device));
    network.state.release(() => offer.line.end(stanza('stream:error', { code: restartRequired })));
  }

  function sendPairSuccess(offer: Offer, pairing: Pairing, wrapped: Uint8Array): void {
    const { phone, keyIndex } = pairing;
    const jid = network.addresses.jid(phone.number, 'phone', keyIndex);
    const lid = network.addresses.jid(phone.number, 'lid', keyIndex);
    offer.line.send(
      stanza('iq', { type: 'set', id: pairing.requestId, from: 's.whatsapp.net', xmlns: 'md', t: unixSeconds() }, [
        stanza('pair-success', {}, [
          stanza('device-identity', {}, wrapped),
          stanza('device', { jid, lid }),
          stanza('platform', { name: 'android' }),
        ]),
      ]),
    );
  }

  function begin(phone: PhoneRecord, offer: Offer, code: ScannedCode): Promise<ScanResult> {
    const keyIndex = phone.identity.nextDevice;
    phone.identity.nextDevice += 1;
    phone.save();
    const { details, wrapped } = signedIdentity(phone, code, keyIndex);
    return new Promise((resolve, reject) => {
      const pairing: Pairing = {
        requestId: `pair-${randomBytes(4).toString('hex')}`,
        phone,
        details,
        keyIndex,
        finish: (device) => resolve({ deviceJid: network.addresses.jid(phone.number, 'phone', device.device) }),
        fail: reject,
      };
      offer.pairing = pairing;
      network.state.release(() => sendPairSuccess(offer, pairing, wrapped));
    });
  }

  return {
    offer(line) {
      const registration = line.payload.devicePairingData ?? {};
      const refs = Array.from({ length: codesPerLine }, () => `2@${randomBytes(96).toString('base64')}`);
      const offer: Offer = { line, refs, identityKey: Buffer.from(registration.eIdent ?? []), registration };
      offersByLine.set(line, offer);
      for (const ref of refs) offersByRef.set(ref, offer);
      line.send(
        stanza(
          'iq',
          { type: 'set', id: `link-${randomBytes(4).toString('hex')}`, from: 's.whatsapp.net', xmlns: 'md' },
          [
            stanza(
              'pair-device',
              {},
              refs.map((ref) => stanza('ref', {}, Buffer.from(ref))),
            ),
          ],
        ),
      );
    },
    take(line, node) {
      const offer = offersByLine.get(line);
      if (!offer) return false;
      const { pairing } = offer;
      if (pairing && node.tag === 'iq' && node.attrs['id'] === pairing.requestId) complete(offer, pairing, node);
      return true;
    },
    closed(line) {
      const offer = offersByLine.get(line);
      if (!offer) return;
      offersByLine.delete(line);
      for (const ref of offer.refs) {
        offersByRef.delete(ref);
        spentRefs.push(ref);
      }
      spentRefs.splice(0, spentRefs.length - rememberedRefs);
      const registered =
        offer.pairing &&
        network.directory.device({ number: offer.pairing.phone.number, device: offer.pairing.keyIndex });
      if (!registered) offer.pairing?.fail(new Error('The device went away before it was linked'));
    },
    async scan(phone, qr, signal) {
      signal?.throwIfAborted();
      if (phone.identity.away) throw new Error('The phone has no network');
      const code = parseCode(qr);
      const offer = takeOffer(code);
      const linked = begin(phone, offer, code);
      const abort = (): void =>
        offer.pairing?.fail(signal?.reason instanceof Error ? signal.reason : new Error('Aborted'));
      signal?.addEventListener('abort', abort, { once: true });
      try {
        return await linked;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    loggedIn(device) {
      firstLogins.get(device)?.();
      firstLogins.delete(device);
    },
  };
}
