import { openRig, type Rig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic, type Traffic } from '../traffic.ts';

/** Where an accepted message may stand when its server dies. */
const windows = ['before the wire', 'between wire and ack', 'after the ack'] as const;
type Window = (typeof windows)[number];

const size = {
  short: { messages: 100, killsForEachWindow: 1, mostKills: 20 },
  long: { messages: 1_000, killsForEachWindow: 20, mostKills: 200 },
};
/** Sent in a burst, as many one after the other, and received. */
const messagesARun = 30;
const receivedARun = 50;
/** Later than the acks, as WhatsApp's are: a receipt says all that an ack says. */
const lateReceipts = ['--receipt-delay-ms', '400'];
const longestDelayMs = 1_500;

/** The windows in which at least one accepted message stands, now that no server runs. */
async function windowsHit({ database, simulator }: Rig, traffic: Traffic): Promise<ReadonlySet<Window>> {
  const rows = await database.rows<{ id: string }>(
    `SELECT remote_id AS id FROM messages WHERE direction = 'outgoing' AND status IN ('queued', 'sending')`,
  );
  const { stanzasById, acksById } = await simulator.control.counters();
  const accepted = new Set(traffic.accepted.map(({ whatsappId }) => whatsappId));
  const windowOf = (id: string): Window => {
    if (!stanzasById.has(id)) return 'before the wire';
    return acksById.has(id) ? 'after the ack' : 'between wire and ack';
  };
  return new Set(rows.filter(({ id }) => accepted.has(id)).map(({ id }) => windowOf(id)));
}

export const killsAtRandom: Scenario = {
  row: 1,
  name: 'messages each way under SIGKILL at random moments',
  seeds: { short: 3, long: 10 },
  async run(stage) {
    const { messages, killsForEachWindow, mostKills } = size[stage.long ? 'long' : 'short'];
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000', ...lateReceipts] });
    const { simulator, account } = rig;
    // They open the two windows after the wire.
    await simulator.control.fault({ kind: 'delay-acks', number: account.number, minMs: 50, maxMs: 300 });
    await simulator.control.fault({ kind: 'latency', number: account.number, ms: 30 });
    const traffic = await openTraffic(stage, rig);
    const killsIn = new Map<Window, number>(windows.map((window) => [window, 0]));
    let kills = 0;
    const enough = (): boolean =>
      traffic.accepted.length >= messages &&
      traffic.written.length >= messages &&
      [...killsIn.values()].every((count) => count >= killsForEachWindow);

    while (!enough() && kills < mostKills) {
      const server = await rig.startOnline();
      const begun = simulator.control.nextStanza();
      const exchange = stage.beside(
        Promise.all([
          traffic.post(server, messagesARun, 200),
          traffic.post(server, messagesARun, longestDelayMs),
          traffic.write(receivedARun, longestDelayMs),
        ]),
      );
      await begun;
      await stage.clock.sleep(stage.random() * longestDelayMs);
      await rig.kill(server);
      await exchange;
      kills += 1;
      for (const window of await windowsHit(rig, traffic)) killsIn.set(window, (killsIn.get(window) ?? 0) + 1);
    }

    const server = await rig.startOnline();
    await traffic.settles();
    stage.promise('exit code', await server.stop(), 0);
    await traffic.judge();
    stage.count('kills', kills);
    for (const [window, count] of killsIn) {
      stage.count(`kills ${window}`, count);
      stage.promise(`enough kills ${window}`, count >= killsForEachWindow, true);
    }
  },
};
