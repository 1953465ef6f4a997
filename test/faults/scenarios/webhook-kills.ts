import { systemClock } from '../../../src/platform/clock.ts';
import type { ProbeName } from '../../../src/platform/probe.ts';
import type { ScriptedAnswer } from '../../doubles/webhook-receiver.ts';
import { type HookRig, openHookRig } from '../hooks.ts';
import { listening } from '../server.ts';
import type { Scenario, Stage } from '../stage.ts';

const deliveries = { short: 100, long: 1_000 };
const endpoints = 2;
/** At a point, or at a random moment. */
const kills: readonly (ProbeName | undefined)[] = [
  'delivery-claimed',
  'delivery-answered',
  undefined,
  'delivery-answered',
  undefined,
];
const longestDelayMs = 700;

/** Long enough that a kill comes between a request and its answer. */
const slowly: ScriptedAnswer = async () => {
  await systemClock.sleep(30);
  return 200;
};

async function diesWithin(stage: Stage, rig: HookRig, probe: ProbeName | undefined, messages: number): Promise<void> {
  const hit = 1 + Math.floor(stage.random() * messages);
  const child = rig.spawn({ ...rig.starting, ...(probe && { killAt: { probe, hit } }) });
  // What was under way before goes first, so that the point may be reached at once.
  const server = await listening(child).catch(() => undefined);
  const writing = stage.beside(rig.write(messages, longestDelayMs));
  if (probe === undefined && server) {
    const before = rig.receiver.deliveries.length;
    await stage.until('it delivers', () => rig.receiver.deliveries.length > before);
    await stage.clock.sleep(stage.random() * longestDelayMs);
    await server.kill();
  }
  const { signal } = await child.exited;
  stage.promise('what ended the server', signal, 'SIGKILL');
  await writing;
  await rig.endLeases();
  await rig.endClaims();
}

export const webhookKills: Scenario = {
  row: 103,
  name: 'SIGKILL 5 times within deliveries',
  seeds: { short: 1, long: 10 },
  async run(stage) {
    const rig = await openHookRig(stage, { simulator: ['--kept-messages', '10000'] });
    const first = await rig.startOnline(rig.starting);
    const hooks = [await rig.hook(first, 'one', {}, slowly), await rig.hook(first, 'two', {}, slowly)];
    stage.promise('exit code of the first', await first.stop(), 0);
    const messages = deliveries[stage.long ? 'long' : 'short'] / endpoints;
    for (const probe of kills) await diesWithin(stage, rig, probe, messages / kills.length);

    const last = await rig.startOnline(rig.starting);
    await rig.settles(hooks);
    stage.promise('exit code', await last.stop(), 0);
    stage.count('repeats', await rig.judge(hooks));
    stage.count('deliveries', messages * endpoints);
    stage.count('kills', kills.length);
  },
};
