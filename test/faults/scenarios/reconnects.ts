import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

const warmUp = 10;
const reconnects = { short: 40, long: 100 };
const mostBytesOfEach = 100_000;

export const manyReconnects: Scenario = {
  row: 24,
  name: '100 reconnects',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, simulator } = rig;
    const [friend = ''] = people;
    const reconnect = { firstMs: 1, longestMs: 5 };
    const server = await rig.startOnline({ waits: { channel: { reconnect } } });
    const times = reconnects[stage.long ? 'long' : 'short'];
    let logins = 1;
    const drop = async (): Promise<void> => {
      await simulator.control.fault({ kind: 'drop-line', number: account.number });
      logins += 1;
      await stage.until('it is online again', async () => {
        const all = await simulator.control.logins();
        return all.length >= logins && all.at(-1)?.closedAtMs === undefined;
      });
    };
    for (let time = 0; time < warmUp; time += 1) await drop();
    const { heapBytes: before } = await server.measure();
    for (let time = 0; time < times; time += 1) await drop();
    await server.api.send(account, friend, 'still here', '?wait=true');
    const { heapBytes: after } = await server.measure();
    const bytesOfEach = Math.round((after - before) / times);
    stage.atMost('bytes of each reconnect', bytesOfEach, mostBytesOfEach);
    const { mostSockets, openSockets } = await simulator.control.counters();
    stage.promise(
      'sockets now, and at most',
      [openSockets.get(account.device), mostSockets.get(account.device)],
      [1, 1],
    );
    stage.promise('exit code', await server.stop(), 0);
    stage.count('bytes of each reconnect', bytesOfEach);
  },
};
