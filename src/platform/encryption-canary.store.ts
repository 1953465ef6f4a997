import type { Database } from './database.ts';
import { AppError, isAppError } from './errors.ts';
import type { SealedPlace, Secrets } from './secrets.ts';

const place: SealedPlace = { table: 'encryption_canary', row: 'true', column: 'sealed' };
const knownText = 'this text opens only with the key that sealed it';

function wrongKey(cause?: unknown): AppError {
  return new AppError('secrets.wrong_key', {
    detail: 'ENCRYPTION_KEY does not match this database; set the key it was written with (nothing was changed).',
    cause,
  });
}

/**
 * Seals a known text at the first start and opens it at each later one. Errors: `secrets.wrong_key`; then nothing may
 * be written.
 */
export async function verifyCanary(db: Database, secrets: Secrets): Promise<void> {
  await db.execute('INSERT INTO encryption_canary (sealed) VALUES ($1) ON CONFLICT (only_row) DO NOTHING', [
    secrets.seal(knownText, place),
  ]);
  const row = await db.one<{ sealed: Buffer }>('SELECT sealed FROM encryption_canary');
  if (!row) throw wrongKey();
  try {
    if (secrets.openText(row.sealed, place) !== knownText) throw wrongKey();
  } catch (error) {
    throw isAppError(error, 'secrets.unreadable') ? wrongKey(error) : error;
  }
}
