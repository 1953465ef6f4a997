import { databaseUrl } from '../../doubles/database-url.ts';
import { createTransactionPooler } from '../../doubles/transaction-pooler.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic } from '../traffic.ts';

const messages = { short: 20, long: 500 };

export const pooled: Scenario = {
  row: 10,
  name: 'behind a transaction pooler',
  async run(stage) {
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const pooler = await createTransactionPooler(rig.database.connection);
    stage.later(() => pooler.close());
    const environment = { DATABASE_URL: databaseUrl(pooler.connection) };
    const traffic = await openTraffic(stage, rig);
    const count = messages[stage.long ? 'long' : 'short'];
    const first = await rig.startOnline({ environment });
    await Promise.all([traffic.post(first, count, 1_000), traffic.write(count, 1_000)]);
    await rig.kill(first);
    const second = await rig.startOnline({ environment });
    await Promise.all([traffic.post(second, count, 1_000), traffic.write(count, 1_000)]);
    await traffic.settles();
    stage.promise('exit code', await second.stop(), 0);
    await traffic.judge();
    stage.promise('what needs a session', pooler.sessionNeeds, []);
    stage.count('transactions', pooler.transactions);
  },
};
