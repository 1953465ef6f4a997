import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { holdLeases } from '../../platform/lease.store.ts';
import type { Lease } from '../../platform/leases.ts';
import type { SealedPlace, Secrets } from '../../platform/secrets.ts';
import type { MediaStore, NetworkState, StateStore } from './network.ts';
import { createSandboxMediaStore } from './sandbox-media.store.ts';

const loadSql = 'SELECT key, value FROM sandbox_state';
const writeSql = `
  WITH given AS (SELECT * FROM unnest($1::text[], $2::bytea[]) AS g(key, value)),
  removed AS (DELETE FROM sandbox_state s USING given g WHERE s.key = g.key AND g.value IS NULL)
  INSERT INTO sandbox_state (key, value) SELECT key, value FROM given WHERE value IS NOT NULL
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

export function createSandboxStores(
  database: Database,
  secrets: Secrets,
  lease: Lease,
): { store: StateStore; media: MediaStore } {
  return { store: createSandboxStore(database, secrets, lease), media: createSandboxMediaStore(database) };
}

/**
 * The sandbox's network in Postgres, sealed, because it holds the private keys of its phones. It is written only while the
 * lease is the present one.
 */
function createSandboxStore(database: Database, secrets: Secrets, lease: Lease): StateStore {
  return {
    async load() {
      const rows = await database.rows<{ key: string; value: Buffer }>(loadSql);
      return rows.map(({ key, value }) => ({ key, value: secrets.open(value, placeOf(key)) }));
    },
    async write(changes) {
      const last = new Map<string, NetworkState>(changes.map((change) => [change.key, change]));
      const given = [...last.values()];
      await database.transaction(
        async (tx) => {
          const held = holdLeases(tx, [lease]);
          const written = tx.execute(writeSql, [
            given.map(({ key }) => key),
            given.map(({ key, value }) => (value === null ? null : secrets.seal(Buffer.from(value), placeOf(key)))),
          ]);
          await Promise.all([held, written]);
          if ((await held).size === 0) throw new AppError('lease.lost', { detail: 'Another process owns the sandbox' });
        },
        { eager: true },
      );
    },
  };
}

function placeOf(key: string): SealedPlace {
  return { table: 'sandbox_state', row: key, column: 'value' };
}
