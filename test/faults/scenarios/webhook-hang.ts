import type { ReceivedDelivery } from '../../doubles/webhook-receiver.ts';
import { type Hook, openHookRig } from '../hooks.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

const endpoints = 10;
const size = { short: { messages: 20, overMs: 4_000 }, long: { messages: 400, overMs: 40_000 } };
/** The promise is 100 ms. The short form runs beside others; who waits for one that hangs waits for 15 s. */
const mostGrowthMs = { short: 1_500, long: 100 };

export const webhookHang: Scenario = {
  row: 101,
  name: 'one of ten endpoints hangs',
  async run(stage) {
    const { messages, overMs } = size[stage.long ? 'long' : 'short'];
    const rig = await openHookRig(stage);
    const server = await rig.startOnline(rig.starting);
    const names = Array.from({ length: endpoints }, (_, index) => `endpoint-${index}`);
    const hooks = await Promise.all(names.map((name) => rig.hook(server, name)));
    const [hanging, ...others] = hooks;
    if (!hanging) return;

    /** From the moment of each event to the head of its delivery at the others. */
    async function latenciesMs(): Promise<readonly number[]> {
      const from = others.map(({ endpoint }) => endpoint.deliveries.length);
      await rig.write(messages, overMs);
      await rig.settles(others);
      const rows = await rig.database.rows<{ id: string; at: Date }>('SELECT id, created_at AS at FROM events');
      const happened = new Map(rows.map(({ id, at }) => [id, at.getTime()]));
      const wallMs = Date.now() - Number(process.hrtime.bigint()) / 1e6;
      const latency = ({ headers, atMs }: ReceivedDelivery): number =>
        wallMs + atMs - (happened.get(headers['webhook-id'] ?? '') ?? 0);
      return others.flatMap(({ endpoint }, index) => endpoint.deliveries.slice(from[index]).map(latency));
    }

    // What is done for the first time takes longer.
    await rig.write(people.length);
    await rig.settles(hooks);
    const before = p99(await latenciesMs());
    hanging.endpoint.answer('hang');
    // More than an instance attempts at a time.
    const range = { from: new Date(0).toISOString(), to: new Date(Date.now() + 60_000).toISOString() };
    await server.data('POST', `/api/webhooks/${hanging.id}/replay`, { body: range });
    const meanwhile = p99(await latenciesMs());
    stage.promise('at a time at the endpoint that hangs', hanging.endpoint.mostAtOnce <= 5, true);
    stage.promise('it was posted to', hanging.endpoint.deliveries.length > messages, true);
    stage.atMost('ms that p99 of the others grows by', meanwhile - before, mostGrowthMs[stage.long ? 'long' : 'short']);
    stage.promise('repeats', await rig.judge(others), 0);
    stage.count('deliveries', sum(others));
    stage.count('ms p99 before', Math.round(before));
    stage.count('ms p99 meanwhile', Math.round(meanwhile));
    stage.promise('exit code', await server.stop(), 0);
  },
};

function p99(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * 0.99)] ?? 0;
}

function sum(hooks: readonly Hook[]): number {
  return hooks.reduce((count, { endpoint }) => count + endpoint.deliveries.length, 0);
}
