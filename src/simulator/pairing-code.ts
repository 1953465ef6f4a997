import { randomBytes } from 'node:crypto';
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  derivePairingCodeKey,
  hkdf,
  S_WHATSAPP_NET,
  type BinaryNode,
} from '@whiskeysockets/baileys';
import { agree, newKeyPair, type KeyPair } from './keys.ts';
import { bytesOf, find, stanza } from './stanza.ts';

/**
 * The phone's side of linking by an eight-character code; the companion's is `requestPairingCode` in Baileys' socket.js and
 * the notification `link_code_companion_reg` in messages-recv.js. The code encrypts both ephemeral keys, so that only
 * who knows it agrees on a secret.
 */
export interface CodeHello {
  readonly number: string;
  readonly ref: Buffer;
  /** salt (32) + iv (16) + the companion's ephemeral key under the code (32). */
  readonly wrappedEphemeral: Buffer;
}

/** The ephemeral pair and the companion's ephemeral key, once the code was typed in. */
export interface CodeAgreement {
  readonly shared: Buffer;
  readonly notification: BinaryNode;
}

const saltLength = 32;
const ivLength = 16;
const nonceLength = 12;
const keyLength = 32;

/** Undefined when the stanza is no `companion_hello`. */
export function readHello(
  node: BinaryNode,
  numberOf: (jid: string | undefined) => string | undefined,
): CodeHello | undefined {
  const hello = find(node, 'link_code_companion_reg');
  if (hello?.attrs['stage'] !== 'companion_hello') return undefined;
  const number = numberOf(hello.attrs['jid']);
  const wrappedEphemeral = bytesOf(find(hello, 'link_code_pairing_wrapped_companion_ephemeral_pub'));
  return number && wrappedEphemeral ? { number, wrappedEphemeral, ref: randomBytes(16) } : undefined;
}

/** The server takes only usual browsers on usual systems, and answers others with 400 (whatsmeow, `PairPhone`). */
export function isUsualDisplay(node: BinaryNode): boolean {
  const display = bytesOf(find(node, 'link_code_companion_reg', 'companion_platform_display'))?.toString() ?? '';
  return /^(Chrome|Edge|Firefox|Opera|Safari) \((Linux|Mac OS|Ubuntu|Windows)\)$/.test(display);
}

export function helloAnswer(hello: CodeHello): BinaryNode {
  return stanza('link_code_companion_reg', { stage: 'companion_hello' }, [
    stanza('link_code_pairing_ref', {}, hello.ref),
  ]);
}

/** With a wrong code both sides go on and fail when the key bundle is opened. */
export async function agreeByCode(hello: CodeHello, code: string, accountKey: Buffer): Promise<CodeAgreement> {
  const { wrappedEphemeral: wrapped } = hello;
  const ephemeral: KeyPair = newKeyPair();
  const theirKey = await derivePairingCodeKey(code, wrapped.subarray(0, saltLength));
  const iv = wrapped.subarray(saltLength, saltLength + ivLength);
  const theirs = aesDecryptCTR(wrapped.subarray(saltLength + ivLength), theirKey, iv);
  const salt = randomBytes(saltLength);
  const ownIv = randomBytes(ivLength);
  const ownKey = await derivePairingCodeKey(code, salt);
  const ownWrapped = Buffer.concat([salt, ownIv, aesEncryptCTR(ephemeral.public, ownKey, ownIv)]);
  const id = `code-${randomBytes(4).toString('hex')}`;
  const notification = stanza('notification', { id, from: S_WHATSAPP_NET, type: 'link_code_companion_reg' }, [
    stanza('link_code_companion_reg', { stage: 'primary_hello' }, [
      stanza('link_code_pairing_wrapped_primary_ephemeral_pub', {}, ownWrapped),
      stanza('primary_identity_pub', {}, accountKey),
      stanza('link_code_pairing_ref', {}, hello.ref),
    ]),
  ]);
  return { shared: agree(ephemeral.private, theirs), notification };
}

/** The adv secret on which both have agreed. Throws when the code was wrong or the bundle is for somebody else. */
export function finishByCode(
  shared: Buffer,
  finish: BinaryNode | undefined,
  account: KeyPair,
  identityKey: Buffer,
): Buffer {
  const bundle = bytesOf(find(finish, 'link_code_pairing_wrapped_key_bundle')) ?? Buffer.alloc(0);
  const salt = bundle.subarray(0, saltLength);
  const nonce = bundle.subarray(saltLength, saltLength + nonceLength);
  const info = 'link_code_pairing_key_bundle_encryption_key';
  const key = hkdf(shared, keyLength, { salt, info });
  const opened = aesDecryptGCM(bundle.subarray(saltLength + nonceLength), key, nonce, Buffer.alloc(0));
  const [companion, primary, random] = [0, 1, 2].map((part) =>
    opened.subarray(part * keyLength, (part + 1) * keyLength),
  );
  if (!companion?.equals(identityKey) || !primary?.equals(account.public) || !random) {
    throw new Error('The key bundle belongs to somebody else');
  }
  const identities = agree(account.private, identityKey);
  return Buffer.from(hkdf(Buffer.concat([shared, identities, random]), keyLength, { info: 'adv_secret' }));
}
