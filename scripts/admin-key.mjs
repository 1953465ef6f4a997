import { createHash, randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 32;
const checksumLength = 6;

/** `sk_admin_`, 32 characters of chance and a checksum. */
export function newAdminKey() {
  const secret = Array.from({ length: secretLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  const digest = createHash('sha256').update(`sk_admin_${secret}`).digest();
  const checksum = Array.from(digest.subarray(0, checksumLength), (byte) => alphabet[byte % alphabet.length]).join('');
  return `sk_admin_${secret}${checksum}`;
}

/**
 * The key kept in the data folder, made at the first call; only its owner can read the file.
 * @param {string} dataDir
 */
export function keptAdminKey(dataDir) {
  const file = join(dataDir, 'admin-api-key');
  const kept = readIfThere(file)?.trim();
  if (kept) {
    chmodSync(file, 0o600);
    return kept;
  }
  const key = newAdminKey();
  mkdirSync(dataDir, { recursive: true });
  // Written beside and renamed, so that a kill never leaves half a key.
  writeFileSync(`${file}.new`, `${key}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return key;
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}
