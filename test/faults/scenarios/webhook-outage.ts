import { databaseUrl } from '../../doubles/database-url.ts';
import { createPostgresProxy } from '../../doubles/postgres-proxy.ts';
import { openHookRig } from '../hooks.ts';
import type { Scenario } from '../stage.ts';

const size = { short: { messages: 100, outageMs: 3_000 }, long: { messages: 1_000, outageMs: 10_000 } };

export const webhookOutage: Scenario = {
  row: 128,
  name: 'Postgres gone in the middle of events for webhooks',
  async run(stage) {
    const { messages, outageMs } = size[stage.long ? 'long' : 'short'];
    const rig = await openHookRig(stage, { simulator: ['--kept-messages', '10000'] });
    const proxy = await createPostgresProxy(rig.database.connection);
    stage.later(() => proxy.close());
    const { environment, ...starting } = rig.starting;
    const through = { ...environment, DATABASE_URL: databaseUrl(proxy.connection()) };
    const server = await rig.startOnline({ ...starting, environment: through });
    const hooks = [await rig.hook(server, 'one'), await rig.hook(server, 'two')];
    const [one] = hooks;
    // Some are answered when it is gone already.
    let isGone = false;
    let answeredMeanwhile = 0;
    one?.endpoint.answer(async () => {
      await stage.clock.sleep(100);
      if (isGone) answeredMeanwhile += 1;
      return 200;
    });
    const writing = stage.beside(rig.write(messages, outageMs + 1_000));
    await stage.until('deliveries are under way', () => rig.receiver.deliveries.length > messages / 10);
    await proxy.close();
    isGone = true;
    await stage.clock.sleep(outageMs);
    isGone = false;
    await proxy.listen();
    await writing;
    await rig.settles(hooks, 75_000);
    stage.promise('exit code', await server.stop(), 0);
    stage.count('repeats', await rig.judge(hooks));
    stage.count('events', messages);
    stage.count('answered meanwhile', answeredMeanwhile);
  },
};
