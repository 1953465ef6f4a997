import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

const messages = 10_000;
const chats = 100;
const mostBytes = 400e6;
const longestDelayMs = 200;
const newcomer = '9990000000901';

export const history: Scenario = {
  row: 21,
  name: '10,000 history messages',
  without: 'auto-reply',
  async run(stage) {
    const rig = await openRig(stage);
    const { database, simulator } = rig;
    const server = await rig.startOnline();
    const phone = simulator.control.phone(newcomer);
    await phone.inventPast({ chats, messages });
    const { id } = await server.api.createAccount('With a past', 'whatsapp');
    // Linking makes 812 keys at once; what counts is the history, which comes when the phone has its network.
    await phone.scan(await server.api.qr(id));
    await phone.loseNetwork();
    await server.api.becomes(id, 'ready');
    await server.measure();
    await phone.regainNetwork();
    await stage.until('the history has arrived', async () => (await phone.unacknowledged()) === 0, 60_000);
    const events = () =>
      database.rows<{ names: string[] }>(`SELECT names FROM events WHERE account_id = $1 AND 'message' = ANY(names)`, [
        id,
      ]);
    stage.promise('events of old messages', (await events()).length, 0);
    await simulator.control.phone(people[0] ?? '').send({ to: newcomer, text: 'of today' });
    await stage.until('a message of today is stored', async () => (await events()).length > 0);
    stage.promise('events', (await events()).length, 1);

    const { rssBytes, delayP99Ms } = await server.measure();
    stage.atMost('MB of memory', Math.round(rssBytes / 1e6), mostBytes / 1e6);
    stage.atMost('ms of delay (p99)', Math.round(delayP99Ms), longestDelayMs);
    stage.count('MB of memory', Math.round(rssBytes / 1e6));
    stage.count('ms of delay (p99)', Math.round(delayP99Ms));
    stage.promise('exit code', await server.stop(), 0);
  },
};
