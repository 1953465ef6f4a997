import type { ProbeName } from '../../../src/platform/probe.ts';
import { openRig, type Rig } from '../rig.ts';
import { listening } from '../server.ts';
import type { Scenario, Stage } from '../stage.ts';
import { openTraffic, people, type Traffic } from '../traffic.ts';

const points: readonly ProbeName[] = ['accepted', 'frame-sent', 'acknowledged', 'ratchet-committed'];
const messagesARun = 20;
const runMs = 300;
/** No more than what both directions pass in a run. */
const latestHit = 8;

/** Runs a server with traffic both ways until it kills itself at this point. */
async function diesAt(stage: Stage, rig: Rig, traffic: Traffic, point: ProbeName): Promise<void> {
  const hit = 1 + Math.floor(stage.random() * latestHit);
  const child = rig.spawn({ killAt: { probe: point, hit } });
  // What was under way before goes first, so that the point may be reached at once.
  const server = await listening(child).catch(() => undefined);
  if (server) await Promise.all([traffic.post(server, messagesARun, runMs), traffic.write(messagesARun, runMs)]);
  const { signal } = await child.exited;
  stage.promise(`what ended the server at ${point}`, signal, 'SIGKILL');
  await rig.endLeases();
}

export const killsAtPoints: Scenario = {
  row: 2,
  name: 'SIGKILL after commit, after send, after ack, after ratchet',
  seeds: { short: 3, long: 10 },
  async run(stage) {
    const times = stage.long ? 5 : 1;
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const traffic = await openTraffic(stage, rig);
    let rounds = 0;
    // A round whose kills all come early accepts nothing, which would prove little.
    for (; rounds < times || traffic.accepted.length === 0; rounds += 1) {
      for (const point of points) await diesAt(stage, rig, traffic, point);
    }

    const server = await rig.startOnline();
    await traffic.settles();
    stage.promise('exit code', await server.stop(), 0);
    await traffic.judge();
    stage.count('kills', rounds * points.length);
  },
};

export const killAfterRatchet: Scenario = {
  row: 17,
  name: 'crash after the inbound ratchet commit',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, database, simulator } = rig;
    const [friend = ''] = people;
    const { id } = await simulator.control.phone(friend).send({ to: account.number, text: 'before the crash' });
    const child = rig.spawn({ killAt: { probe: 'ratchet-committed', hit: 1 } });
    stage.promise('what ended the server', (await child.exited).signal, 'SIGKILL');
    stage.promise('acknowledged before', await simulator.control.phone(account.number).unacknowledged(), 1);
    await rig.endLeases();

    const server = await rig.startOnline();
    const phone = simulator.control.phone(account.number);
    await stage.until('it is acknowledged', async () => (await phone.unacknowledged()) === 0);
    const rows = await database.rows<{ text: string }>('SELECT text FROM messages WHERE remote_id = $1', [id]);
    stage.promise('rows', rows, [{ text: 'before the crash' }]);
    stage.promise('asked again', (await simulator.control.counters()).retries, 0);
    stage.promise('exit code', await server.stop(), 0);
  },
};
