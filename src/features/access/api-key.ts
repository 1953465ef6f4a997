import { createHash, randomInt } from 'node:crypto';

export type KeyKind = 'live' | 'test' | 'admin';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 32;
const checksumLength = 6;
const shape = new RegExp(`^sk_(live|test|admin)_([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`);

/** `sk_live_` and so on, 32 characters of chance and six of checksum, all base 62. */
export function newApiKey(kind: KeyKind): string {
  const secret = Array.from({ length: secretLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return `sk_${kind}_${secret}${checksum(kind, secret)}`;
}

/** Whether the checksum fits, so that a mistyped or invented key costs no look-up. */
export function isWellFormed(key: string): boolean {
  const match = shape.exec(key);
  const [, kind = '', secret = '', given = ''] = match ?? [];
  return match !== null && checksum(kind, secret) === given;
}

/** What is stored of a key. */
export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** What is shown of a key later: its prefix and the last four characters. */
export function hintOf(key: string): string {
  return `${key.slice(0, key.lastIndexOf('_') + 1)}…${key.slice(-4)}`;
}

function checksum(kind: string, secret: string): string {
  let number = createHash('sha256').update(`${kind}_${secret}`).digest().readUIntBE(0, 4);
  let text = '';
  for (let index = 0; index < checksumLength; index += 1) {
    text = alphabet.charAt(number % alphabet.length) + text;
    number = Math.floor(number / alphabet.length);
  }
  return text;
}
