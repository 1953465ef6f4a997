import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { createLinkedWorld, type LinkedWorld } from './linked-world.ts';

/** What all scenarios share. */
export interface Suite {
  /** A real server with the database `template`. */
  readonly postgres: ConnectionSettings;
  /** Made when it is first asked for. */
  world(): Promise<LinkedWorld>;
  close(): Promise<void>;
}

/** As many as the scenario that needs most. */
const linkedAccounts = { short: 10, long: 20 };

export function createSuite(postgres: ConnectionSettings, long: boolean): Suite {
  let made: Promise<{ world: LinkedWorld; folder: string }> | undefined;
  async function make() {
    const folder = await mkdtemp(join(tmpdir(), 'faults-'));
    return {
      folder,
      world: await createLinkedWorld(postgres, { folder, count: linkedAccounts[long ? 'long' : 'short'] }),
    };
  }
  return {
    postgres,
    world: async () => (await (made ??= make())).world,
    async close() {
      if (!made) return;
      const { world, folder } = await made;
      await world.remove();
      await rm(folder, { recursive: true });
    },
  };
}
