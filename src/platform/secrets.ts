import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from './errors.ts';

/** Where a sealed value is kept. It opens only there: moved to another row it is unreadable. */
export interface SealedPlace {
  table: string;
  /** The row's primary key. */
  row: string;
  column: string;
}

export interface Secrets {
  /** First four bytes of the key's hash, in hex; each sealed value begins with that of its key. */
  readonly keyId: string;
  seal(plaintext: Buffer | string, place: SealedPlace): Buffer;
  /** Errors: `secrets.unreadable`. Whoever gets it must leave the stored value as it is. */
  open(sealed: Buffer, place: SealedPlace): Buffer;
  openText(sealed: Buffer, place: SealedPlace): string;
  /** A key of its own for the purpose `label`; always the same for the same master key. */
  derive(label: string, bytes: number): Buffer;
}

export interface SecretsOptions {
  /** The master key, `ENCRYPTION_KEY`: 32 characters or more. */
  key: string;
  /** Former master keys, while values sealed with them remain. */
  formerKeys?: readonly string[];
}

interface Key {
  id: Buffer;
  secret: Buffer;
}

/** version (1) · key id (4) · nonce (12) · tag (16) · ciphertext */
const formatVersion = 1;
const keyIdEnd = 5;
const nonceEnd = 17;
const tagEnd = 33;

function derive(master: string, label: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `switchboard ${label}`, bytes));
}

function columnKey(master: string): Key {
  if (master.length < 32) {
    throw new AppError('secrets.key_too_short', { detail: 'ENCRYPTION_KEY must have 32 characters or more.' });
  }
  const secret = derive(master, 'columns', 32);
  return { secret, id: createHash('sha256').update(secret).digest().subarray(0, 4) };
}

/** Table and column names are ours and hold no `|`, so no two places have the same text. */
function additionalData({ table, row, column }: SealedPlace): Buffer {
  return Buffer.from(`${table}|${row}|${column}`);
}

function unreadable(place: SealedPlace, reason: string, cause?: unknown): AppError {
  return new AppError('secrets.unreadable', {
    detail: `A secret in ${place.table}.${place.column} cannot be read: ${reason}. It was left as it is.`,
    cause,
  });
}

export function createSecrets({ key: master, formerKeys = [] }: SecretsOptions): Secrets {
  const key = columnKey(master);
  const keys = [key, ...formerKeys.map(columnKey)];

  function seal(plaintext: Buffer | string, place: SealedPlace): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(additionalData(place));
    const text = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
    const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([Buffer.of(formatVersion), key.id, nonce, cipher.getAuthTag(), ciphertext]);
  }

  function open(sealed: Buffer, place: SealedPlace): Buffer {
    if (sealed.length < tagEnd || sealed[0] !== formatVersion) throw unreadable(place, 'it has an unknown format');
    const id = sealed.subarray(1, keyIdEnd);
    const used = keys.find((each) => each.id.equals(id));
    if (!used) throw unreadable(place, `it was sealed with another ENCRYPTION_KEY (key id ${id.toString('hex')})`);
    const nonce = sealed.subarray(keyIdEnd, nonceEnd);
    const decipher = createDecipheriv('aes-256-gcm', used.secret, nonce, { authTagLength: 16 })
      .setAAD(additionalData(place))
      .setAuthTag(sealed.subarray(nonceEnd, tagEnd));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]);
    } catch (cause) {
      throw unreadable(place, 'it was changed, or belongs to another row', cause);
    }
  }

  return {
    keyId: key.id.toString('hex'),
    seal,
    open,
    openText: (sealed, place) => open(sealed, place).toString('utf8'),
    derive: (label, bytes) => derive(master, `derived ${label}`, bytes),
  };
}
