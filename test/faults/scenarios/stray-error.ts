import type { LinkedAccount } from '../linked-world.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

const accounts = { short: 10, long: 20 };

export const strayError: Scenario = {
  row: 23,
  name: 'one socket throws outside any promise',
  async run(stage) {
    const rig = await openRig(stage, { accounts: accounts[stage.long ? 'long' : 'short'] });
    const { account, simulator } = rig;
    const [friend = ''] = people;
    const server = await rig.startOnline({ waits: { channel: { qrLifeMs: 100 } } });
    const loginsOf = async ({ number }: LinkedAccount): Promise<number> =>
      (await simulator.control.logins(number)).length;
    await simulator.control.fault({ kind: 'broken-offer', number: account.number });
    await stage.until('the account restarts', async () => (await loginsOf(account)) === 2);
    await rig.online(server);
    for (const each of rig.accounts) await server.api.send(each, friend, `from ${each.number}`);
    for (const { number } of rig.accounts) await simulator.control.phone(friend).receives(`from ${number}`);
    const others = await Promise.all(rig.accounts.slice(1).map(loginsOf));
    stage.promise('logins of the others', new Set(others), new Set([1]));
    const thrown = server.child.lines.filter((line) => line.includes('An error that nobody handled'));
    stage.promise('errors', thrown.length, 1);
    stage.promise('exit code', await server.stop(), 0);
  },
};
