import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';

const friend = '9990000000101';

export const sameStanza: Scenario = {
  row: 18,
  name: 'the same stanza three times',
  without: 'auto-reply',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, database, simulator } = rig;
    const server = await rig.startOnline();
    const stored = (text: string) =>
      database.rows<{ id: string }>(`SELECT id FROM messages WHERE direction = 'incoming' AND text = $1`, [text]);
    const { id } = await simulator.control.phone(friend).send({ to: account.number, text: 'thrice' });
    await stage.until('the message is stored', async () => (await stored('thrice')).length > 0);
    for (let time = 0; time < 2; time += 1) {
      await simulator.control.fault({ kind: 'redeliver-last', number: account.number });
    }
    // Stanzas are handled in order, so that what was sent after them is stored after them.
    await simulator.control.phone(friend).send({ to: account.number, text: 'the next one' });
    await stage.until('the next message is stored', async () => (await stored('the next one')).length > 0);

    stage.promise('rows', (await stored('thrice')).length, 1);
    const events = await database.rows<{ data: { whatsappId?: string } }>('SELECT data FROM events');
    stage.promise('events', events.filter(({ data }) => data.whatsappId === id).length, 1);
    stage.promise('exit code', await server.stop(), 0);
  },
};
