import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';

const friend = '9990000000101';
const inFlight = 50;

export const stopping: Scenario = {
  row: 12,
  name: 'SIGTERM with 50 in flight',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, simulator } = rig;
    await simulator.control.fault({ kind: 'delay-acks', number: account.number, minMs: 50, maxMs: 300 });
    const first = await rig.startOnline();
    const texts = Array.from({ length: inFlight }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((text) => first.api.send(account, friend, text)));
    const begunMs = stage.clock.monotonicMs();
    stage.promise('exit code', await first.stop(), 0);
    stage.atMost('seconds until the exit', (stage.clock.monotonicMs() - begunMs) / 1000, 25);

    const second = await rig.startOnline();
    const phone = simulator.control.phone(friend);
    const shown = async (): Promise<string[]> =>
      (await phone.messages()).filter(({ fromMe }) => !fromMe).map(({ text }) => text);
    await stage.until('all are shown', async () => new Set(await shown()).size === inFlight);
    stage.promise('exit code', await second.stop(), 0);
    stage.promise('shown', (await shown()).sort(), texts.sort());
    const { undecryptable, stanzasById } = await simulator.control.counters();
    stage.promise('undecryptable', undecryptable, 0);
    stage.count('resent', [...stanzasById.values()].filter((count) => count > 1).length);
  },
};
