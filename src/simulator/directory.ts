import { randomBytes, randomInt } from 'node:crypto';
import type { AddressBook, DeviceAddress } from './addresses.ts';
import { newKeyPair, sign, signalKey, type KeyPair } from './keys.ts';
import { decodeJson, encodeJson } from './stanza.ts';
import type { State } from './state.ts';

export interface PublicPreKey {
  readonly id: number;
  /** 32 bytes. */
  readonly value: Buffer;
}

export interface SignedPublicPreKey extends PublicPreKey {
  readonly signature: Buffer;
}

/** A linked device as the server knows it. */
export interface Device extends DeviceAddress {
  readonly identityKey: Buffer;
  readonly noiseKey: Buffer;
  readonly registrationId: number;
  readonly keyIndex: number;
  signedPreKey: SignedPublicPreKey;
  /** How many of the uploaded one-time keys have been handed out, from the front. */
  preKeysTaken: number;
  /** Whether the phone has shared its app-state key and history. */
  firstSyncSent: boolean;
}

/** What a person shows of themselves. */
export interface Profile {
  /** What they call themselves; `Phone` and the last digits where nobody has said. */
  readonly name?: string;
  /** Of a business, checked by WhatsApp. */
  readonly verifiedName?: string;
  /** Who is written to by hidden address does not learn the number. */
  readonly hidesNumber?: boolean;
}

export interface PhoneIdentity {
  readonly account: KeyPair;
  readonly registrationId: number;
  readonly signedPreKey: { readonly id: number; readonly pair: KeyPair; readonly signature: Buffer };
  readonly appStateKey: { readonly id: Buffer; readonly data: Buffer };
  /** `rawId` of the signed device list. */
  readonly rawId: number;
  nextDevice: number;
  nextPreKey: number;
  /** The phone has lost its network. */
  away: boolean;
  /** Absent until somebody changes it. */
  profile?: Profile;
}

export interface PhoneRecord {
  readonly number: string;
  readonly jid: string;
  readonly lid: string;
  readonly identity: PhoneIdentity;
  readonly devices: Map<number, Device>;
  save(): void;
}

export interface Directory {
  /** The phone with this number; it joins the network when first asked for. */
  phone(number: string): PhoneRecord;
  known(number: string): PhoneRecord | undefined;
  phones(): Iterable<PhoneRecord>;
  device(address: DeviceAddress): Device | undefined;
  addDevice(device: Device): void;
  saveDevice(device: Device): void;
  removeDevice(address: DeviceAddress): void;
  removePhone(number: string): void;
  /** Replaces what is left of the device's one-time keys by these and the rest. */
  addPreKeys(device: Device, keys: readonly PublicPreKey[]): void;
  takePreKey(device: Device): PublicPreKey | undefined;
  preKeysLeft(device: Device): number;
  restore(kind: string, path: readonly string[], value: Uint8Array): void;
}

function newIdentity(): PhoneIdentity {
  const account = newKeyPair();
  const pair = newKeyPair();
  return {
    account,
    registrationId: randomInt(1, 16_380),
    signedPreKey: { id: 1, pair, signature: sign(account.private, signalKey(pair.public)) },
    appStateKey: { id: Buffer.from([0, 0, ...randomBytes(4)]), data: randomBytes(32) },
    rawId: randomInt(1, 2 ** 31),
    nextDevice: 1,
    nextPreKey: 1,
    away: false,
  };
}

export function createDirectory(addresses: AddressBook, state: State): Directory {
  const phones = new Map<string, PhoneRecord>();
  const preKeys = new Map<string, readonly PublicPreKey[]>();

  function enter(number: string, identity: PhoneIdentity): PhoneRecord {
    const record: PhoneRecord = {
      number,
      jid: addresses.jid(number, 'phone'),
      lid: addresses.jid(number, 'lid'),
      identity,
      devices: new Map(),
      save: () => state.put(number, `phone:${number}`, () => encodeJson(identity)),
    };
    phones.set(number, record);
    return record;
  }
  function phone(number: string): PhoneRecord {
    const known = phones.get(number);
    if (known) return known;
    const record = enter(number, newIdentity());
    record.save();
    return record;
  }
  const name = (address: DeviceAddress): string => `${address.number}:${address.device}`;
  const keysOf = (device: Device): readonly PublicPreKey[] => preKeys.get(name(device)) ?? [];
  function saveDevice(device: Device): void {
    state.put(device.number, `device:${name(device)}`, () => encodeJson(device));
  }

  return {
    phone,
    known: (number) => phones.get(number),
    phones: () => phones.values(),
    device: (address) => phones.get(address.number)?.devices.get(address.device),
    addDevice(device) {
      phone(device.number).devices.set(device.device, device);
      saveDevice(device);
    },
    saveDevice,
    removeDevice(address) {
      phones.get(address.number)?.devices.delete(address.device);
      preKeys.delete(name(address));
      state.erase(address.number, `device:${name(address)}`);
      state.erase(address.number, `prekeys:${name(address)}`);
    },
    removePhone(number) {
      for (const device of phones.get(number)?.devices.values() ?? []) preKeys.delete(name(device));
      phones.delete(number);
      state.eraseOwner(number);
    },
    addPreKeys(device, keys) {
      const all = [...keysOf(device).slice(device.preKeysTaken), ...keys];
      device.preKeysTaken = 0;
      preKeys.set(name(device), all);
      state.put(device.number, `prekeys:${name(device)}`, () => encodeJson(all));
      saveDevice(device);
    },
    takePreKey(device) {
      const key = keysOf(device)[device.preKeysTaken];
      if (!key) return undefined;
      device.preKeysTaken += 1;
      saveDevice(device);
      return key;
    },
    preKeysLeft: (device) => keysOf(device).length - device.preKeysTaken,
    restore(kind, path, value) {
      const [number = '', device = ''] = path;
      if (kind === 'phone') enter(number, decodeJson(value) as PhoneIdentity);
      if (kind === 'device') phones.get(number)?.devices.set(Number(device), decodeJson(value) as Device);
      if (kind === 'prekeys') preKeys.set(`${number}:${device}`, decodeJson(value) as PublicPreKey[]);
    },
  };
}
