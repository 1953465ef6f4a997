import { appTimings } from '../../../src/app-timings.ts';
import { tenths } from '../faults.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic } from '../traffic.ts';

const hourMs = 3_600_000;
const messages = { short: 15, long: 300 };

export const wrongClock: Scenario = {
  row: 13,
  name: 'clock moved one hour either way',
  async run(stage) {
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const { account, simulator } = rig;
    const lease = stage.long ? appTimings.lease : tenths(appTimings.lease);
    await simulator.control.fault({ kind: 'delay-acks', number: account.number, minMs: 50, maxMs: 300 });
    const traffic = await openTraffic(stage, rig);
    const count = messages[stage.long ? 'long' : 'short'];
    const logins = async (): Promise<number> => (await simulator.control.logins()).length;

    let before = await rig.startOnline({ waits: { lease } });
    for (const clockOffsetMs of [hourMs, -hourMs]) {
      // Beside the owner, for longer than a lease lasts, and with messages under way.
      const known = await logins();
      const beside = await rig.start({ waits: { lease }, clockOffsetMs });
      const exchange = stage.beside(
        Promise.all([traffic.post(before, count, lease.lifeMs), traffic.write(count, lease.lifeMs)]),
      );
      await stage.clock.sleep(lease.lifeMs + lease.lookMs);
      await exchange;
      stage.promise('logins while the owner lives', (await logins()) - known, 0);
      await traffic.post(beside, count, 100);
      stage.promise('exit code', await before.stop(), 0);
      await stage.until('the other has taken over', async () => (await logins()) > known);
      await rig.online(beside);
      before = beside;
    }
    await traffic.settles();
    stage.promise('exit code', await before.stop(), 0);
    await traffic.judge();
    const { replacements } = await simulator.control.counters();
    stage.promise('lines that were replaced (440)', replacements, 0);
  },
};
