import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';

const messagesEachWay = { short: 50, long: 500 };
const callers = 100;

export const eachOther: Scenario = {
  row: 22,
  name: 'two accounts of one server write to each other',
  async run(stage) {
    const count = messagesEachWay[stage.long ? 'long' : 'short'];
    const rig = await openRig(stage, { accounts: 2, simulator: ['--kept-messages', '10000'] });
    const [left, right = left] = rig.accounts;
    if (!left || !right) return;
    const server = await rig.startOnline();
    const texts = Array.from({ length: count }, (_, index) => `number ${index}`);
    // As many connections as a busy caller keeps open, both ways at once.
    const waiting = texts.flatMap((text) => [
      () => server.api.send(left, right.number, text),
      () => server.api.send(right, left.number, text),
    ]);
    const sendInTurn = async (): Promise<void> => {
      for (let send = waiting.shift(); send; send = waiting.shift()) await send();
    };
    await Promise.all(Array.from({ length: callers }, sendInTurn));
    const received = async (id: string): Promise<string[]> => {
      const rows = await rig.database.rows<{ text: string }>(
        `SELECT text FROM messages WHERE account_id = $1 AND direction = 'incoming'`,
        [id],
      );
      return rows.map(({ text }) => text);
    };
    for (const { id } of [left, right]) {
      await stage.until('everything is received', async () => (await received(id)).length >= count, 120_000);
      stage.promise('received', (await received(id)).sort(), [...texts].sort());
    }
    stage.promise('exit code', await server.stop(), 0);
    const statuses = await rig.database.rows(`SELECT id FROM messages WHERE status IN ('queued', 'sending', 'failed')`);
    stage.promise('without a result', statuses.length, 0);
    const { undecryptable } = await rig.simulator.control.counters();
    stage.promise('undecryptable', undecryptable, 0);
    stage.count('received', 2 * count);
  },
};
