import { createHmac } from 'node:crypto';
import { jidDecode, jidEncode } from '@whiskeysockets/baileys';

/** Under which of its two names a person appears: the phone number, or the LID that hides it. */
export type Addressing = 'phone' | 'lid';

/** Device 0 is the phone itself, 1 and up are linked devices. */
export interface DeviceAddress {
  readonly number: string;
  readonly device: number;
}

export interface ResolvedAddress extends DeviceAddress {
  readonly addressing: Addressing;
}

export interface AddressBook {
  jid(number: string, addressing: Addressing, device?: number): string;
  /** Who a jid names; undefined for groups, other servers and numbers outside +999. */
  resolve(jid: string | undefined): ResolvedAddress | undefined;
  /** The number of a person named by digits, `+…` or a jid; throws unless it is one of this network. */
  numberOf(name: string): string;
}

// Largest prime below 10^15: multiplying modulo a prime can be undone, so a LID names its number without a table.
const prime = 999_999_999_999_989n;

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let factor = base % prime, rest = exponent; rest > 0n; rest >>= 1n, factor = (factor * factor) % prime) {
    if (rest & 1n) result = (result * factor) % prime;
  }
  return result;
}

export function isSimulatedNumber(number: string): boolean {
  return /^999\d{5,12}$/.test(number) && BigInt(number) < prime;
}

/** Digits of a phone number, phone jid or `+…` as people write it; throws unless it is one of this network. */
export function parseNumber(text: string): string {
  const digits = text.replace(/^\+/, '').replace(/[\s-]/g, '');
  if (!isSimulatedNumber(digits)) throw new Error(`${text} is no number of this network: they begin with +999`);
  return digits;
}

export function isGroupJid(jid: string): boolean {
  return jid.endsWith('@g.us');
}

export function otherAddressing(addressing: Addressing): Addressing {
  return addressing === 'phone' ? 'lid' : 'phone';
}

export function createAddressBook(seed: Uint8Array): AddressBook {
  const factor = 1n + (createHmac('sha256', seed).update('lid').digest().readBigUInt64BE() % (prime - 1n));
  const inverse = power(factor, prime - 2n);
  const lids = new Map<string, string>();

  function lidUser(number: string): string {
    let user = lids.get(number);
    if (user === undefined) {
      user = ((BigInt(number) * factor) % prime).toString();
      lids.set(number, user);
    }
    return user;
  }

  const book: AddressBook = {
    jid: (number, addressing, device) =>
      addressing === 'phone' ? jidEncode(number, 's.whatsapp.net', device) : jidEncode(lidUser(number), 'lid', device),
    resolve(jid) {
      const decoded = jidDecode(jid);
      if (!decoded || !/^\d{1,15}$/.test(decoded.user)) return undefined;
      const device = decoded.device ?? 0;
      if (decoded.server === 's.whatsapp.net' || decoded.server === 'c.us') {
        return isSimulatedNumber(decoded.user) ? { number: decoded.user, device, addressing: 'phone' } : undefined;
      }
      if (decoded.server !== 'lid') return undefined;
      const number = ((BigInt(decoded.user) * inverse) % prime).toString();
      return isSimulatedNumber(number) ? { number, device, addressing: 'lid' } : undefined;
    },
    numberOf: (name) => book.resolve(name)?.number ?? parseNumber(name),
  };
  return book;
}
