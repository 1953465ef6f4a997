import { createHmac } from 'node:crypto';
import { proto, WA_ADV_ACCOUNT_SIG_PREFIX, WA_ADV_DEVICE_SIG_PREFIX } from '@whiskeysockets/baileys';
import type { PhoneRecord } from './directory.ts';
import { sign, verify } from './keys.ts';
import { unixSeconds } from './stanza.ts';

/** What the phone signs for a companion: Baileys' validate-connection.js, `configureSuccessfulPairing`, is the other side. */
export interface SignedCompanion {
  readonly details: Uint8Array;
  /** `ADVSignedDeviceIdentityHMAC`, for the `<device-identity>` of pair-success. */
  readonly wrapped: Uint8Array;
}

/** `advSecret` is the secret that only the companion and whoever has read its code know. */
export function signCompanion(
  phone: PhoneRecord,
  companion: { readonly identityKey: Buffer; readonly advSecret: Buffer },
  keyIndex: number,
): SignedCompanion {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: phone.identity.rawId,
    timestamp: Number(unixSeconds()),
    keyIndex,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const { account } = phone.identity;
  const signed = Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, companion.identityKey]);
  const identity = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: account.public,
    accountSignature: sign(account.private, signed),
  }).finish();
  const hmac = createHmac('sha256', companion.advSecret).update(identity).digest();
  return { details, wrapped: proto.ADVSignedDeviceIdentityHMAC.encode({ details: identity, hmac }).finish() };
}

/** Whether the companion has signed the same in turn. `answer` is the `<device-identity>` of its pair-device-sign. */
export function companionSigned(
  phone: PhoneRecord,
  identityKey: Buffer,
  details: Uint8Array,
  answer: Buffer | undefined,
): boolean {
  if (!answer) return false;
  const { deviceSignature } = proto.ADVSignedDeviceIdentity.decode(answer);
  const signed = Buffer.concat([WA_ADV_DEVICE_SIG_PREFIX, details, identityKey, phone.identity.account.public]);
  return verify(identityKey, signed, deviceSignature ?? Buffer.alloc(0));
}
