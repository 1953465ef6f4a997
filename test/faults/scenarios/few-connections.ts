import { administer } from '../../doubles/database-copies.ts';
import { databaseUrl } from '../../doubles/database-url.ts';
import { openRig } from '../rig.ts';
import type { Server } from '../server.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic } from '../traffic.ts';
import { createRole } from './lost-connections.ts';

const limit = 8;
const poolOfAServer = 5;
const readsOfAServer = { short: 50, long: 500 };

export const fewConnections: Scenario = {
  row: 9,
  name: 'database limited to 8 connections, two instances',
  async run(stage) {
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const { account, database } = rig;
    // Owners and superusers are subject to neither row-level security nor limits; this user is subject to the limit.
    const role = await createRole(stage, `BYPASSRLS CONNECTION LIMIT ${limit}`);
    stage.later(() => administer(database.connection, `DROP OWNED BY ${role.user}`));
    await database.execute(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role.user}`);
    await database.execute(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role.user}`);
    await database.execute(`GRANT CREATE ON SCHEMA public TO ${role.user}`);
    const environment = { DATABASE_URL: databaseUrl({ ...database.connection, ...role }) };
    const first = await rig.startOnline({ environment });
    const second = await rig.start({ environment });

    const count = readsOfAServer[stage.long ? 'long' : 'short'];
    let most = 0;
    const connections = async (): Promise<number> => {
      const row = await database.one<{ count: number }>(
        'SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = $1',
        [role.user],
      );
      most = Math.max(most, row?.count ?? 0);
      return most;
    };
    const read = async (server: Server): Promise<number> =>
      (await server.call('GET', '/api/messages', { key: account.apiKey })).status;
    const reads = stage.beside(
      Promise.all([first, second].flatMap((server) => Array.from({ length: count }, () => read(server)))),
    );
    const traffic = await openTraffic(stage, rig);
    const exchange = stage.beside(
      Promise.all([traffic.post(first, 50, 500), traffic.post(second, 50, 500), traffic.write(50, 500)]),
    );
    await stage.until('both pools are as large as they may be', async () => (await connections()) > poolOfAServer);
    const statuses = await reads;
    await exchange;
    await traffic.settles();
    stage.promise(
      'reads that failed',
      statuses.filter((status) => status !== 200),
      [],
    );
    stage.promise('sends that failed', 100 - traffic.accepted.length, 0);
    stage.atMost('connections', most, limit);
    stage.promise('exit codes', [await first.stop(), await second.stop()], [0, 0]);
    await traffic.judge();
    stage.count('reads', statuses.length);
    stage.count('most connections', most);
  },
};
