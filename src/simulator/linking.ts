import { randomBytes, timingSafeEqual } from 'node:crypto';
import { S_WHATSAPP_NET, type BinaryNode, type proto } from '@whiskeysockets/baileys';
import type { ScanResult } from './control.ts';
import { companionSigned, signCompanion } from './device-identity.ts';
import type { DeviceNotices } from './device-notices.ts';
import type { Device, PhoneRecord } from './directory.ts';
import { ownName } from './envelope.ts';
import type { Line } from './line.ts';
import type { Network } from './network.ts';
import { agreeByCode, finishByCode, helloAnswer, isUsualDisplay, readHello, type CodeHello } from './pairing-code.ts';
import { answerNode, done, result, type Answer } from './query-answer.ts';
import { bytesOf, find, stanza, unixSeconds } from './stanza.ts';

/** A client that shows codes: its line, and what it told about itself. */
interface Offer {
  readonly line: Line;
  readonly refs: readonly string[];
  readonly identityKey: Buffer;
  readonly registration: proto.ClientPayload.IDevicePairingRegistrationData;
  /** It asks to be linked by a code that is typed into the phone. */
  hello?: CodeHello;
  /** Takes the end of the exchange that the typed code began. */
  finishCode?: (finish: BinaryNode | undefined) => void;
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

/** Linking of new devices. */
export interface Linking {
  /** Takes a line that has no account yet and gives it the first six codes. */
  offer(line: Line): void;
  /** True when the line is one that is being linked; then its stanzas concern nobody else. */
  take(line: Line, node: BinaryNode): boolean;
  closed(line: Line): void;
  scan(phone: PhoneRecord, qr: string, signal?: AbortSignal): Promise<ScanResult>;
  /** The owner types the code that a client shows. */
  enterCode(phone: PhoneRecord, code: string, signal?: AbortSignal): Promise<ScanResult>;
  loggedIn(device: Device): void;
}

/** What was typed is not the code; it may be typed again. */
class WrongCode extends Error {
  override readonly name = 'WrongCode';
}

const codesPerLine = 6;
const rememberedRefs = 600;
const codePatienceMs = 2000;
const restartRequired = '515';

function parseCode(qr: string) {
  const [ref, noiseKey, identityKey, advSecret] = (qr.split('#').at(-1) ?? '').split(',');
  if (!ref || !noiseKey || !identityKey || !advSecret) throw new Error('This is no code of this network');
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  return { ref, noiseKey: decode(noiseKey), identityKey: decode(identityKey), advSecret: decode(advSecret) };
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function deviceOf({ line, identityKey, registration }: Offer, number: string, keyIndex: number): Device {
  const { eRegid, eSkeyId, eSkeyVal, eSkeySig } = registration;
  return {
    number,
    device: keyIndex,
    identityKey,
    noiseKey: line.clientKey,
    registrationId: Buffer.from(eRegid ?? []).readUIntBE(0, 4),
    keyIndex,
    signedPreKey: {
      id: Buffer.from(eSkeyId ?? []).readUIntBE(0, 3),
      value: Buffer.from(eSkeyVal ?? []),
      signature: Buffer.from(eSkeySig ?? []),
    },
    preKeysTaken: 0,
    firstSyncSent: false,
  };
}

/** `fail` is called when the signal aborts before `work` is done, and nothing waits for `work` any more. */
async function abortable<T>(
  signal: AbortSignal | undefined,
  fail: (error: Error) => void,
  work: Promise<T>,
): Promise<T> {
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      const error = signal?.reason instanceof Error ? signal.reason : new Error('Aborted');
      fail(error);
      reject(error);
    };
  });
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

export function createLinking(network: Network, notices: DeviceNotices): Linking {
  const { addresses, directory, state } = network;
  const offersByRef = new Map<string, Offer>();
  const offersByLine = new Map<Line, Offer>();
  const spentRefs: string[] = [];
  const helloWaiters = new Set<() => void>();
  const firstLogins = new Map<Device, () => void>();

  function takeOffer(code: ReturnType<typeof parseCode>): Offer {
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

  function complete(offer: Offer, pairing: Pairing, answer: BinaryNode): void {
    const { phone, details, keyIndex } = pairing;
    const signature = bytesOf(find(answer, 'pair-device-sign', 'device-identity'));
    if (!companionSigned(phone, offer.identityKey, details, signature)) {
      pairing.fail(new Error('The device did not sign its identity'));
      offer.line.end(stanza('stream:error', { code: '401' }));
      return;
    }
    const device = deviceOf(offer, phone.number, keyIndex);
    directory.addDevice(device);
    notices.changed('add', device);
    firstLogins.set(device, () => pairing.finish(device));
    state.release(() => offer.line.end(stanza('stream:error', { code: restartRequired })));
  }

  function sendPairSuccess(offer: Offer, { phone, keyIndex, requestId }: Pairing, wrapped: Uint8Array): void {
    const jid = addresses.jid(phone.number, 'phone', keyIndex);
    const lid = addresses.jid(phone.number, 'lid', keyIndex);
    const success = stanza('pair-success', {}, [
      stanza('device-identity', {}, wrapped),
      stanza('device', { jid, lid }),
      // Without a name a client says nothing of its presence.
      stanza('biz', { name: ownName(phone.number) }),
      stanza('platform', { name: 'android' }),
    ]);
    const attributes = { type: 'set', id: requestId, from: S_WHATSAPP_NET, xmlns: 'md', t: unixSeconds() };
    offer.line.send(stanza('iq', attributes, [success]));
  }

  /** Resolves when the device has logged in after its restart. */
  function pair(phone: PhoneRecord, offer: Offer, advSecret: Buffer): Promise<ScanResult> {
    const keyIndex = phone.identity.nextDevice;
    phone.identity.nextDevice += 1;
    phone.save();
    const { details, wrapped } = signCompanion(phone, { identityKey: offer.identityKey, advSecret }, keyIndex);
    return new Promise((resolve, reject) => {
      const deviceJid = addresses.jid(phone.number, 'phone', keyIndex);
      const requestId = `pair-${randomBytes(4).toString('hex')}`;
      const pairing = { requestId, phone, details, keyIndex, finish: () => resolve({ deviceJid }), fail: reject };
      offer.pairing = pairing;
      state.release(() => sendPairSuccess(offer, pairing, wrapped));
    });
  }

  /** A client's request may still be on its way when its owner types the code. */
  async function askingForCode(number: string, signal?: AbortSignal): Promise<Offer & { hello: CodeHello }> {
    const patience = AbortSignal.timeout(codePatienceMs);
    const either = signal ? AbortSignal.any([signal, patience]) : patience;
    while (!either.aborted) {
      for (const offer of [...offersByLine.values()].toReversed()) {
        const { hello } = offer;
        if (hello?.number === number && !offer.pairing) return Object.assign(offer, { hello });
      }
      await new Promise<void>((resolve) => {
        helloWaiters.add(resolve);
        either.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    signal?.throwIfAborted();
    throw new Error('No device asks to be linked to this phone by a code');
  }

  async function typeCode(phone: PhoneRecord, offer: Offer, hello: CodeHello, code: string): Promise<ScanResult> {
    const { account } = phone.identity;
    const { shared, notification } = await agreeByCode(hello, code, account.public);
    // Who types again while the device still answers has given up the first try.
    offer.finishCode?.(undefined);
    const finished = new Promise<BinaryNode | undefined>((resolve) => (offer.finishCode = resolve));
    offer.line.send(notification);
    let advSecret: Buffer;
    try {
      advSecret = finishByCode(shared, await finished, account, offer.identityKey);
    } catch {
      throw new WrongCode('The code is not the one that the device shows');
    }
    return pair(phone, offer, advSecret);
  }

  /** What a client may ask while it is being linked; undefined for what needs no answer. */
  function answer(offer: Offer, node: BinaryNode): Answer | undefined {
    const { xmlns, type } = node.attrs;
    if (type === 'get' && xmlns === 'w:p') return done;
    const registration = find(node, 'link_code_companion_reg');
    if (!registration) return undefined;
    const hello = readHello(node, (jid) => addresses.resolve(jid)?.number);
    if (hello) {
      const refused = network.faults.take('refuse-code', hello.number);
      if (refused) return { error: { code: refused.code, text: 'refused' } };
      if (!isUsualDisplay(node)) return { error: { code: 400, text: 'bad-request' } };
      offer.hello = hello;
      network.changes.tell({ number: hello.number });
      for (const waiter of helloWaiters) waiter();
      helloWaiters.clear();
      return result(helloAnswer(hello));
    }
    offer.finishCode?.(registration);
    return done;
  }

  return {
    offer(line) {
      const registration = line.payload.devicePairingData ?? {};
      const refs = Array.from({ length: codesPerLine }, () => `2@${randomBytes(96).toString('base64')}`);
      const offer: Offer = { line, refs, identityKey: Buffer.from(registration.eIdent ?? []), registration };
      offersByLine.set(line, offer);
      for (const ref of refs) offersByRef.set(ref, offer);
      const nodes = refs.map((ref) => stanza('ref', {}, Buffer.from(ref)));
      const id = `link-${randomBytes(4).toString('hex')}`;
      const attributes = { type: 'set', id, from: S_WHATSAPP_NET, xmlns: 'md' };
      line.send(stanza('iq', attributes, [stanza('pair-device', {}, nodes)]));
    },
    take(line, node) {
      const offer = offersByLine.get(line);
      if (!offer || node.tag !== 'iq') return offer !== undefined;
      const { pairing } = offer;
      const reply = answer(offer, node);
      if (pairing && node.attrs['id'] === pairing.requestId) complete(offer, pairing, node);
      else if (reply) line.send(answerNode(node, reply));
      return true;
    },
    closed(line) {
      const offer = offersByLine.get(line);
      if (!offer) return;
      offersByLine.delete(line);
      for (const ref of offer.refs) offersByRef.delete(ref);
      spentRefs.push(...offer.refs);
      spentRefs.splice(0, spentRefs.length - rememberedRefs);
      offer.finishCode?.(undefined);
      const { pairing } = offer;
      const linked = pairing && directory.device({ number: pairing.phone.number, device: pairing.keyIndex });
      if (!linked) pairing?.fail(new Error('The device went away before it was linked'));
    },
    async scan(phone, qr, signal) {
      signal?.throwIfAborted();
      if (phone.identity.away) throw new Error('The phone has no network');
      const code = parseCode(qr);
      const offer = takeOffer(code);
      return abortable(signal, (error) => offer.pairing?.fail(error), pair(phone, offer, code.advSecret));
    },
    async enterCode(phone, code, signal) {
      signal?.throwIfAborted();
      if (phone.identity.away) throw new Error('The phone has no network');
      const offer = await askingForCode(phone.number, signal);
      const typed = typeCode(phone, offer, offer.hello, code.replace(/[\s-]/g, '').toUpperCase());
      return abortable(signal, (error) => offer.pairing?.fail(error), typed);
    },
    loggedIn(device) {
      firstLogins.get(device)?.();
      firstLogins.delete(device);
    },
  };
}
