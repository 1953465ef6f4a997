import type { Login } from '../../../src/simulator/control.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

const accounts = 10;
const longestGapMs = 5_000;
const messagesOfAnAccount = { short: 5, long: 100 };

/** Times between the end of each line of a device and the begin of its next; negative where both were open. */
export function gapsMs(logins: readonly Login[], device: string): number[] {
  const lives = logins.filter((login) => login.device === device && login.refused === undefined);
  return lives.slice(1).map((login, index) => login.openedAtMs - (lives[index]?.closedAtMs ?? Infinity));
}

export const handOver: Scenario = {
  row: 4,
  name: 'two instances, 10 accounts, rolling hand-over',
  async run(stage) {
    const rig = await openRig(stage, { accounts, simulator: ['--kept-messages', '10000'] });
    const { simulator } = rig;
    const [customer = ''] = people;
    const first = await rig.startOnline();
    const count = messagesOfAnAccount[stage.long ? 'long' : 'short'];
    let present = first;
    const accepted: string[] = [];
    const send = async (account: (typeof rig.accounts)[number], index: number): Promise<void> => {
      await stage.clock.sleep((index * 4_000) / count);
      const message = await present.api.send(account, customer, `${account.number} ${index}`).catch(() => undefined);
      if (message) accepted.push(message.whatsappId);
    };
    const indices = Array.from({ length: count }, (_, index) => index);
    const traffic = stage.beside(
      Promise.all(rig.accounts.flatMap((account) => indices.map((index) => send(account, index)))),
    );
    const second = await rig.start();
    present = second;
    stage.promise('exit code of the first', await first.stop(), 0);
    await stage.until('the second has taken every account over', async () => {
      return (await simulator.control.logins()).length === 2 * accounts;
    });
    await rig.online(second);
    await traffic;
    const phone = simulator.control.phone(customer);
    const shown = async () => (await phone.messages()).filter(({ fromMe }) => !fromMe);
    const missing = async (): Promise<string[]> => {
      const ids = new Set((await shown()).map(({ id }) => id));
      return accepted.filter((id) => !ids.has(id));
    };
    await stage.until('everything accepted is shown', async () => (await missing()).length === 0);
    stage.promise('exit code of the second', await second.stop(), 0);

    const logins = await simulator.control.logins();
    const { mostSockets, replacements, undecryptable } = await simulator.control.counters();
    const gaps = rig.accounts.flatMap(({ device }) => gapsMs(logins, device));
    stage.promise('hand-overs', gaps.length, accounts);
    stage.promise('most sockets of an account', Math.max(...mostSockets.values()), 1);
    stage.promise('lines that were replaced (440)', replacements, 0);
    stage.promise('undecryptable', undecryptable, 0);
    stage.promise('overlaps', gaps.filter((gap) => gap < 0).length, 0);
    stage.atMost('ms of the longest gap', Math.max(...gaps), longestGapMs);
    stage.promise('texts shown twice', new Set((await shown()).map(({ text }) => text)).size, (await shown()).length);
    stage.count('accepted', accepted.length);
    stage.count('ms of the longest gap', Math.round(Math.max(...gaps)));
  },
};
