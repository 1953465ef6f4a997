import { randomBytes } from 'node:crypto';
import { administer } from '../../doubles/database-copies.ts';
import { databaseUrl } from '../../doubles/database-url.ts';
import { openRig } from '../rig.ts';
import type { Scenario, Stage } from '../stage.ts';
import { openTraffic } from '../traffic.ts';

const times = 20;
const pauseMs = 150;
const messages = { short: 100, long: 1_000 };

/** A user of the server's own, so that its connections can be told from those of the suite. */
export async function createRole(stage: Stage, options: string): Promise<{ user: string; password: string }> {
  const user = `faults_${randomBytes(6).toString('hex')}`;
  const password = 'the password of this user';
  await administer(stage.suite.postgres, `CREATE ROLE ${user} LOGIN ${options} PASSWORD '${password}'`);
  stage.later(() => administer(stage.suite.postgres, `DROP ROLE ${user}`));
  return { user, password };
}

export const lostConnections: Scenario = {
  row: 8,
  name: '20 x pg_terminate_backend',
  async run(stage) {
    const role = await createRole(stage, 'SUPERUSER');
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const { database } = rig;
    const url = databaseUrl({ ...database.connection, ...role });
    const server = await rig.startOnline({ environment: { DATABASE_URL: url } });
    const traffic = await openTraffic(stage, rig);
    const count = messages[stage.long ? 'long' : 'short'];
    const exchange = stage.beside(
      Promise.all([traffic.post(server, count, times * pauseMs), traffic.write(count, times * pauseMs)]),
    );
    let ended = 0;
    for (let time = 0; time < times; time += 1) {
      await stage.clock.sleep(stage.random() * 2 * pauseMs);
      const rows = await database.rows<{ done: boolean }>(
        'SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE usename = $1',
        [role.user],
      );
      ended += rows.length;
    }
    await exchange;
    await traffic.settles();
    stage.promise('exit code', await server.stop(), 0);
    await traffic.judge();
    stage.count('connections ended', ended);
  },
};
