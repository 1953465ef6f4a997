import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic } from '../traffic.ts';

const waiting = 50;
const longestMs = 60;

export const offlineThenError: Scenario = {
  row: 16,
  name: '50 offline messages, then a 503',
  async run(stage) {
    const rounds = stage.long ? 10 : 3;
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const { account, simulator } = rig;
    const traffic = await openTraffic(stage, rig);
    for (let round = 0; round < rounds; round += 1) {
      await traffic.write(waiting, 0);
      // At once, and at any moment of what follows: stock clients confirm and forget.
      const afterMs = round === 0 ? 0 : Math.floor(stage.random() * longestMs);
      await simulator.control.fault({
        kind: 'error-after-queue',
        number: account.number,
        code: 503,
        afterMs,
        times: 1,
      });
      const server = await rig.start({ waits: { channel: { reconnect: { unavailableMs: 100 } } } });
      await traffic.settles();
      await rig.online(server);
      stage.promise('exit code', await server.stop(), 0);
    }
    await traffic.judge();
  },
};
