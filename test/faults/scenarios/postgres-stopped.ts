import { createPostgresProxy, type PostgresProxy } from '../../doubles/postgres-proxy.ts';
import { databaseUrl } from '../../doubles/database-url.ts';
import { storedIdentity } from '../../doubles/stored-credentials.ts';
import { secrets } from '../linked-world.ts';
import { openRig, type Rig } from '../rig.ts';
import type { Server } from '../server.ts';
import type { Scenario, Stage } from '../stage.ts';
import { openTraffic, people, type Traffic } from '../traffic.ts';

const outageMs = 8_000;
const recoveryMs = 10_000;
const messages = { short: 100, long: 1_000 };

/** How a database goes away: it refuses every connection, or it says nothing any more. */
const outages: Readonly<Record<string, (proxy: PostgresProxy) => Promise<() => Promise<void>>>> = {
  refusing: async (proxy) => {
    await proxy.close();
    return () => proxy.listen();
  },
  silent: async (proxy) => {
    proxy.freeze();
    return async () => proxy.thaw();
  },
};

/** Asks for as long as the outage lasts, in many ways. Returns how often, and which answers were wrong. */
async function askMeanwhile(stage: Stage, rig: Rig, server: Server): Promise<{ asked: number; wrong: number[] }> {
  const [friend = ''] = people;
  const untilMs = stage.clock.monotonicMs() + outageMs;
  const statuses: number[] = [];
  while (stage.clock.monotonicMs() < untilMs) {
    const body = { to: friend, text: 'nobody may take this' };
    const signal = AbortSignal.timeout(Math.ceil(untilMs - stage.clock.monotonicMs()) + 1);
    const post = server.call('POST', '/api/send', { key: rig.account.apiKey, body, signal });
    // A database that says nothing is noticed later than the outage lasts.
    const answer = await post.catch(() => undefined);
    if (answer) statuses.push(answer.status);
    stage.promise('ping during the outage', (await server.call('GET', '/ping')).status, 200);
    await stage.clock.sleep(100);
  }
  return { asked: statuses.length, wrong: statuses.filter((status) => status !== 503) };
}

async function goesAwayAndReturns(
  stage: Stage,
  rig: Rig,
  server: Server,
  traffic: Traffic,
  goAway: () => Promise<() => Promise<void>>,
): Promise<number> {
  const count = messages[stage.long ? 'long' : 'short'];
  const before = traffic.accepted.length;
  // Some are under way when it goes, others come while it is away and after.
  const exchange = stage.beside(
    Promise.all([
      traffic.post(server, count / 2, 500),
      traffic.post(server, count / 2, outageMs + 1_000),
      traffic.write(count, outageMs + 1_000),
    ]),
  );
  await stage.until('the exchange has begun', () => traffic.accepted.length > before + count / 4);
  const comeBack = await goAway();
  const { asked, wrong } = await askMeanwhile(stage, rig, server);
  stage.promise('answers other than 503 during the outage', wrong, []);
  stage.count('refused', asked);
  await comeBack();
  const backMs = stage.clock.monotonicMs();
  await stage.until('a message is taken again', async () => {
    const body = { to: people[1], text: `after the outage ${stage.clock.monotonicMs()}` };
    return (await server.call('POST', '/api/send', { key: rig.account.apiKey, body })).status === 202;
  });
  await rig.online(server);
  const recoveredMs = stage.clock.monotonicMs() - backMs;
  await exchange;
  return recoveredMs;
}

export const postgresStopped: Scenario = {
  row: 7,
  name: 'Postgres stopped 8 s under load',
  async run(stage) {
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const { account, database } = rig;
    const proxy = await createPostgresProxy(database.connection);
    stage.later(() => proxy.close());
    const server = await rig.startOnline({ environment: { DATABASE_URL: databaseUrl(proxy.connection()) } });
    const traffic = await openTraffic(stage, rig);
    const identity = await storedIdentity(database, secrets.ENCRYPTION_KEY, account.id);
    const kinds = stage.long ? ['refusing', 'silent'] : ['refusing'];
    for (const kind of kinds) {
      const outage = outages[kind];
      if (!outage) continue;
      const recoveredMs = await goesAwayAndReturns(stage, rig, server, traffic, () => outage(proxy));
      stage.atMost(`ms to recover from a ${kind} database`, recoveredMs, recoveryMs);
      stage.count(`ms to recover from a ${kind} database`, Math.round(recoveredMs));
      // Or the queue's limit, and not the database, would refuse what comes after the next one.
      await traffic.settles();
    }
    stage.promise('exit code', await server.stop(), 0);
    stage.promise('credentials', await storedIdentity(database, secrets.ENCRYPTION_KEY, account.id), identity);
    await traffic.judge();
  },
};
