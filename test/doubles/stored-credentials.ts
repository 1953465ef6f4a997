import { type AuthenticationCreds, BufferJSON } from '@whiskeysockets/baileys';
import type { Queryable } from '../../src/platform/database.ts';
import { createSecrets } from '../../src/platform/secrets.ts';

/** What an account's database row says its WhatsApp identity is; byte strings as base64. */
export async function storedIdentity(database: Queryable, encryptionKey: string, accountId: string): Promise<object> {
  const row = await database.one<{ value: Buffer }>(
    `SELECT value FROM channel_keys WHERE account_id = $1 AND type = 'creds'`,
    [accountId],
  );
  if (!row) throw new Error(`Account ${accountId} has no credentials`);
  const place = { table: 'channel_keys', row: `${accountId}|creds|me`, column: 'value' };
  const text = createSecrets({ key: encryptionKey }).openText(row.value, place);
  const creds = JSON.parse(text, BufferJSON.reviver) as AuthenticationCreds;
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return {
    noiseKey: [base64(creds.noiseKey.public), base64(creds.noiseKey.private)],
    signedIdentityKey: [base64(creds.signedIdentityKey.public), base64(creds.signedIdentityKey.private)],
    registrationId: creds.registrationId,
    advSecretKey: creds.advSecretKey,
    me: creds.me?.id,
  };
}
