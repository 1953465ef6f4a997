import { administer } from '../../doubles/database-copies.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

export const readOnly: Scenario = {
  row: 11,
  name: 'database read-only',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, database, simulator } = rig;
    const [friend = ''] = people;
    const name = database.connection.database;
    const server = await rig.startOnline();
    const become = async (readOnly: 'on' | 'off'): Promise<void> => {
      await administer(stage.suite.postgres, `ALTER DATABASE ${name} SET default_transaction_read_only = ${readOnly}`);
      // Only new connections heed it.
      await administer(
        stage.suite.postgres,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
    };
    const post = async (text: string): Promise<number> =>
      (await server.call('POST', '/api/send', { key: account.apiKey, body: { to: friend, text } })).status;

    await become('on');
    await simulator.control.phone(friend).send({ to: account.number, text: 'while it is read-only' });
    for (let time = 0; time < 20; time += 1) stage.promise('a send', await post(`refused ${time}`), 503);
    stage.promise('ping', (await server.call('GET', '/ping')).status, 200);
    stage.promise('reading', (await server.call('GET', '/api/messages', { key: account.apiKey })).status, 200);

    await become('off');
    await stage.until('a message is taken again', async () => (await post('taken again')) === 202);
    await simulator.control.phone(friend).receives('taken again');
    const phone = simulator.control.phone(account.number);
    await stage.until('everything is acknowledged', async () => (await phone.unacknowledged()) === 0);
    stage.promise('exit code', await server.stop(), 0);
    const rows = await database.rows<{ text: string }>(`SELECT text FROM messages WHERE direction = 'incoming'`);
    stage.promise('received meanwhile', rows, [{ text: 'while it is read-only' }]);
    const shown = (await simulator.control.phone(friend).messages()).filter(({ fromMe }) => !fromMe);
    stage.promise('shown', new Set(shown.map(({ text }) => text)), new Set(['taken again']));
  },
};
