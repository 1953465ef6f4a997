import { openRig, type Rig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic } from '../traffic.ts';

const messages = 50;
/** Careful: one message in ten seconds. Less what a timer may come too early. */
const leastGapMs = 10_000 - 50;
const stepMs = 2_000;
const killedAfter = { first: 15, last: 35 };

/** Notes when each message leaves, in a time that passes by itself and by leaps. */
const noteDeparturesSql = `
  CREATE TABLE leapt (ms int);
  INSERT INTO leapt VALUES (0);
  CREATE TABLE noted_departures (id text, ms float8);
  CREATE FUNCTION note_departure() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO noted_departures SELECT NEW.id, extract(epoch FROM NEW.sending_at) * 1000 + leapt.ms FROM leapt;
    RETURN NULL;
  END $$;
  CREATE TRIGGER note_departure AFTER UPDATE ON messages FOR EACH ROW
    WHEN (OLD.status = 'queued' AND NEW.status = 'sending') EXECUTE FUNCTION note_departure();`;

/** Time passes for the pace, which goes by the database's clock and what has left before: that moves back. */
async function leap({ database }: Rig): Promise<void> {
  await database.execute(
    `WITH moved AS (UPDATE messages SET sending_at = sending_at - $1 * interval '1 ms' WHERE sending_at IS NOT NULL)
     UPDATE leapt SET ms = ms + $1`,
    [stepMs],
  );
}

async function departuresMs({ database }: Rig): Promise<number[]> {
  const noted = await database.rows<{ ms: number }>('SELECT ms FROM noted_departures ORDER BY ms');
  return noted.map(({ ms }) => ms);
}

export const carefulPace: Scenario = {
  row: 27,
  name: '50 messages at once at the Careful pace, SIGKILL in the middle',
  seeds: { short: 1, long: 10 },
  async run(stage) {
    const rig = await openRig(stage);
    const { account, simulator } = rig;
    await rig.database.execute(noteDeparturesSql);
    await simulator.control.fault({ kind: 'delay-acks', number: account.number, minMs: 50, maxMs: 300 });
    const starting = { waits: { queueIdleMs: 50 }, environment: { TYPING_DELAY_MS: '0' } };
    const first = await rig.startOnline(starting);
    const settings = { pacing: { preset: 'careful' } };
    await first.data('PATCH', `/api/accounts/${account.id}`, { body: { settings } });
    const traffic = await openTraffic(stage, rig);
    await traffic.post(first, messages, 0);
    stage.promise('accepted', traffic.accepted.length, messages);
    const leaves = (count: number): Promise<void> =>
      stage.until(
        `${count} messages leave`,
        async () => {
          await leap(rig);
          return (await departuresMs(rig)).length >= count;
        },
        90_000,
      );

    const { first: least, last: most } = killedAfter;
    await leaves(least + Math.floor(stage.random() * (most - least)));
    await stage.clock.sleep(stage.random() * 150);
    await rig.kill(first);
    const second = await rig.startOnline(starting);
    await leaves(messages);
    await traffic.settles();
    stage.promise('exit code', await second.stop(), 0);
    await traffic.judge();
    const left = await departuresMs(rig);
    stage.promise('departures', left.length, messages);
    const gapsMs = left.slice(1).map((ms, index) => ms - (left[index] ?? 0));
    stage.promise(
      'gaps shorter than ten seconds',
      gapsMs.filter((ms) => ms < leastGapMs),
      [],
    );
  },
};
