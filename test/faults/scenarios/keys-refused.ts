import { openRig, type Rig } from '../rig.ts';
import type { Scenario, Stage } from '../stage.ts';
import { openTraffic, people } from '../traffic.ts';

/** Why the database does not store keys: for a while, which is waited for, or because of what they are. */
const refusals = {
  held: { sqlstate: '57P03', times: { short: 5, long: 50 } },
  refused: { sqlstate: '23514', times: { short: 5, long: 50 } },
} as const;

/** Everything that writes a key fails with a code while there is one, and is counted. */
const refuseKeysSql = `
  CREATE TABLE key_refusal (sqlstate text);
  INSERT INTO key_refusal VALUES (NULL);
  CREATE SEQUENCE refused_commits;
  CREATE FUNCTION refuse_keys() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE code text;
  BEGIN
    SELECT sqlstate INTO code FROM key_refusal;
    IF code IS NOT NULL THEN
      PERFORM nextval('refused_commits');
      RAISE EXCEPTION 'refused by the suite' USING ERRCODE = code;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER refuse_keys BEFORE INSERT OR UPDATE OR DELETE ON channel_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_keys();`;

async function refuse({ database }: Rig, sqlstate: string | null): Promise<void> {
  await database.execute('UPDATE key_refusal SET sqlstate = $1', [sqlstate]);
}

async function refusedCommits({ database }: Rig): Promise<number> {
  const row = await database.one<{ count: number }>(
    'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS count FROM refused_commits',
  );
  return row?.count ?? 0;
}

/** From now on keys cannot be stored; `ends` returns how often, once it was often enough. Meanwhile nothing may leave. */
async function beginRefusing(
  stage: Stage,
  rig: Rig,
  kind: keyof typeof refusals,
): Promise<{ ends(): Promise<number> }> {
  const { simulator } = rig;
  const { sqlstate, times } = refusals[kind];
  const before = await refusedCommits(rig);
  const stanzas = async (): Promise<number> => (await simulator.control.counters()).stanzasById.size;
  const sent = await stanzas();
  await refuse(rig, sqlstate);
  const wanted = times[stage.long ? 'long' : 'short'];
  const failed = async (): Promise<number> => (await refusedCommits(rig)) - before;
  return {
    async ends() {
      await stage.until(`${wanted} commits are ${kind}`, async () => (await failed()) >= wanted, 300_000);
      stage.promise(`stanzas sent while keys are ${kind}`, (await stanzas()) - sent, 0);
      const count = await failed();
      await refuse(rig, null);
      return count;
    },
  };
}

export const keysRefused: Scenario = {
  row: 3,
  name: 'auth-store commit fails',
  async run(stage) {
    const rig = await openRig(stage);
    await rig.database.execute(refuseKeysSql);
    const quick = { firstMs: 10, longestMs: 50, unavailableMs: 10 };
    const server = await rig.startOnline({ waits: { channel: { reconnect: quick } } });
    const traffic = await openTraffic(stage, rig);
    // Sessions with everybody, so that what follows goes on with them.
    await traffic.post(server, people.length + 1, 100);
    await traffic.settles();
    for (const kind of ['held', 'refused'] as const) {
      const failing = await beginRefusing(stage, rig, kind);
      await traffic.post(server, people.length, 100);
      await traffic.write(people.length, 100);
      stage.count(`commits ${kind}`, await failing.ends());
      await traffic.settles();
    }
    stage.promise('exit code', await server.stop(), 0);
    await traffic.judge();
    stage.promise('counters used again', (await rig.simulator.control.counters()).repeatedSteps, 0);
  },
};
