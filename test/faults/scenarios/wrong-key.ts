import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

export const wrongKey: Scenario = {
  row: 26,
  name: 'wrong master key; key rotation killed 20 times',
  without: 'key rotation',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, database, simulator } = rig;
    const sealed = () =>
      database.rows<{ row: string }>(
        `SELECT md5(string_agg(concat_ws('|', account_id, type, id, encode(value, 'hex')), ',' ORDER BY account_id, type, id))
           AS row FROM channel_keys`,
      );
    const before = await sealed();
    const child = rig.spawn({ environment: { ENCRYPTION_KEY: 'another key than the one that sealed all this' } });
    const { code } = await child.exited;
    stage.promise('exit code with another key', code, 1);
    const words = [...child.lines, ...child.errors].join('\n');
    stage.promise('it says why', /ENCRYPTION_KEY/.test(words), true);
    stage.promise('keys', await sealed(), before);
    stage.promise('logins', (await simulator.control.logins()).length, 0);

    const server = await rig.startOnline();
    await server.api.send(account, people[0] ?? '', 'with the right key', '?wait=true');
    stage.promise('exit code', await server.stop(), 0);
  },
};
