// How soon an event is at the endpoint of a webhook, how many in a second, and what one that hangs costs the others.
import { runChild } from '../test/doubles/child-process.ts';
import { waitFor } from '../test/doubles/wait-for.ts';
import { type Endpoint, startWebhookReceiver, type WebhookReceiver } from '../test/doubles/webhook-receiver.ts';
import type { BareWebhooks, BareWebhooksParameters } from './bare-webhooks.ts';
import { type BenchOptions, shareOf } from './bench-options.ts';
import { type BenchRun, benchRun } from './bench-run.ts';
import { type Cost, costOf } from './cost.ts';
import { type Figure, printFigures, spreadFigures } from './figures.ts';
import { floodAll } from './flood.ts';
import { spreadOf } from './measure.ts';
import type { Pace } from './paced.ts';
import { encryptionKey, type Product } from './product.ts';
import { storedReceives } from './stored-messages.ts';
import type { CommittedMs, EngineParameters } from './webhook-engine.ts';

/** Each with a webhook and an endpoint of its own. */
const accounts = 10;
const floodMessages = 500;
const floodPhones = 10;
const steady = { perSecond: 50, seconds: 20 };
const rates = [100, 200, 300, 400, 500, 600, 700, 800, 1_000];
const rateSeconds = 10;
/** Not counted. */
const warming: Pace = { count: 200, perSecond: 100 };
const longestP99Ms = 1_000;
/** As many as the product has under way. */
const bareAtOnce = 32;

interface Hook {
  accountId: string;
  endpoint: Endpoint;
}

interface Rig {
  options: BenchOptions;
  product: Product;
  hooks: readonly Hook[];
}

async function addHook({ server }: Product, accountId: string, endpoint: Endpoint): Promise<Hook> {
  const body = { url: endpoint.url, events: ['messages.received'] };
  await server.data('POST', `/api/accounts/${accountId}/webhooks`, { body });
  return { accountId, endpoint };
}

interface Floods {
  first: Cost;
  /** Once what it runs through is compiled. */
  again: Cost;
  /** To an account without a webhook, until all are stored. */
  withoutWebhook: Cost;
}

/** From the first message that leaves a phone to the last webhook: webhooks a second, and what each takes. */
async function floodsFromPhones(run: BenchRun, product: Product, receiver: WebhookReceiver): Promise<Floods> {
  const [hooked, plain] = await product.link(await run.phones(2));
  const { endpoint } = await addHook(product, hooked?.id ?? '', receiver.endpoint('/flood'));
  const each = shareOf(run.options, floodMessages / floodPhones);
  const { control } = run.simulator;

  async function flood(number: string, reached: () => Promise<number>): Promise<() => Promise<Cost>> {
    const targets = [{ number, senders: await run.phones(floodPhones) }];
    // The first message of each begins its session.
    await floodAll(control, targets, 5);
    await waitFor(async () => (await reached()) >= 5 * floodPhones);
    return async () => {
      const wanted = (await reached()) + each * floodPhones;
      let flooding = Promise.resolve();
      const cost = await costOf(product, each * floodPhones, async () => {
        flooding = floodAll(control, targets, each);
        await waitFor(async () => (await reached()) >= wanted);
      });
      await flooding;
      return cost;
    };
  }

  const toHook = await flood(hooked?.number ?? '', () => Promise.resolve(endpoint.deliveries.length));
  const [first, again] = [await toHook(), await toHook()];
  const before = await storedReceives(product);
  const toNone = await flood(plain?.number ?? '', async () => (await storedReceives(product)) - before);
  return { first, again, withoutWebhook: await toNone() };
}

async function bare(
  { options }: BenchRun,
  receiver: WebhookReceiver,
): Promise<{ latenciesMs: number[] } & BareWebhooks> {
  const body = receiver.deliveries.at(-1)?.body.toString() ?? '';
  const endpoint = receiver.endpoint('/bare');
  const parameters: BareWebhooksParameters = {
    url: endpoint.url,
    body,
    pace: paceOf(options, steady),
    flood: { count: shareOf(options, 3_000), atOnce: bareAtOnce },
  };
  const child = runChild('../../bench/bare-webhooks.ts', [JSON.stringify(parameters)]);
  const result = JSON.parse(await child.says('{')) as BareWebhooks;
  await child.exited;
  const latenciesMs = endpoint.deliveries.flatMap(({ headers, atMs }) => {
    const startedMs = result.startedMs[Number(headers['x-number'])];
    return startedMs === undefined ? [] : [atMs - startedMs];
  });
  return { ...result, latenciesMs };
}

function paceOf(options: BenchOptions, { perSecond, seconds }: { perSecond: number; seconds: number }): Pace {
  // The same number of each account.
  return { perSecond, count: accounts * shareOf(options, (perSecond * seconds) / accounts) };
}

interface Delivered {
  latenciesMs: number[];
  /** Events, until the last of them was committed. */
  insertedPerSecond: number;
  /** Of an event, until it was delivered. */
  cost: Cost;
}

/** Publishes events at a pace; from the commit of each to its arrival, in ms, at the endpoints that answer. */
async function deliver({ product, hooks }: Rig, run: string, pace: Pace, answering = hooks): Promise<Delivered> {
  const parameters: EngineParameters = {
    databaseUrl: product.database.url,
    encryptionKey,
    accountIds: hooks.map(({ accountId }) => accountId),
    run,
    pace,
    warming,
  };
  const before = answering.map(({ endpoint }) => endpoint.deliveries.length);
  const child = runChild('../../bench/webhook-engine.ts', [JSON.stringify(parameters)]);
  try {
    await child.says('Warm');
    let committedMs: CommittedMs = [];
    const measured = { server: { pid: child.process.pid ?? 0 }, database: product.database };
    const cost = await costOf(measured, pace.count, async () => {
      committedMs = JSON.parse(await child.says('[')) as CommittedMs;
      const each = (warming.count + pace.count) / accounts;
      const areAllHere = (): boolean =>
        answering.every(({ endpoint }, index) => endpoint.deliveries.length >= (before[index] ?? 0) + each);
      await waitFor(areAllHere);
    });
    const latenciesMs = answering.flatMap(({ endpoint }, index) =>
      endpoint.deliveries.slice(before[index]).flatMap(({ body, atMs }) => {
        const { data } = JSON.parse(body.toString()) as { data: { run: string; number: number } };
        return data.run === run ? [atMs - (committedMs[data.number] ?? NaN)] : [];
      }),
    );
    const tookMs = Math.max(...committedMs) - Math.min(...committedMs);
    return { latenciesMs, insertedPerSecond: ((pace.count - 1) * 1_000) / tookMs, cost };
  } finally {
    await child.kill('SIGKILL');
  }
}

/** The highest of the rates at which they still arrive in time. */
async function highestRate(rig: Rig): Promise<Pick<Delivered, 'insertedPerSecond'> & Partial<Delivered>> {
  let highest: Pick<Delivered, 'insertedPerSecond'> & Partial<Delivered> = { insertedPerSecond: 0 };
  for (const perSecond of rates) {
    const delivered = await deliver(rig, `at ${perSecond}`, paceOf(rig.options, { perSecond, seconds: rateSeconds }));
    const { p50, p99 } = spreadOf(delivered.latenciesMs);
    const inserted = delivered.insertedPerSecond;
    console.log(`${inserted.toFixed(0)} events a second: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`);
    if (p99 >= longestP99Ms) break;
    if (inserted > highest.insertedPerSecond) highest = delivered;
  }
  return highest;
}

async function withOneHanging(rig: Rig): Promise<number[]> {
  const [hanging, ...others] = rig.hooks;
  hanging?.endpoint.answer('hang');
  return (await deliver(rig, 'beside one that hangs', paceOf(rig.options, steady), others)).latenciesMs;
}

await benchRun(async (run) => {
  const receiver = await startWebhookReceiver();
  try {
    const product = await run.startProduct({ OUTBOUND_ALLOW_HOSTS: '127.0.0.1' });
    const floods = await floodsFromPhones(run, product, receiver);
    const hooks: Hook[] = [];
    for (let index = 0; index < accounts; index += 1) {
      const { id } = await product.api.createAccount(`Account ${index}`, 'sandbox');
      hooks.push(await addHook(product, id, receiver.endpoint(`/hooks/${index}`)));
    }
    await product.server.stop();
    const theirs = await bare(run, receiver);
    const rig: Rig = { options: run.options, product, hooks };
    const calm = await deliver(rig, 'calm', paceOf(run.options, steady));
    const highest = await highestRate(rig);
    const beside = await withOneHanging(rig);
    const name = `commit to first byte, ${steady.perSecond} events a second`;
    const [p50, p99] = spreadFigures(name, calm.latenciesMs, theirs.latenciesMs);
    const figures: Figure[] = [
      ...(p50 && p99 ? [p50, { ...p99, goal: { most: 50 } }] : []),
      {
        work: `${floodMessages} messages of phones, until the last webhook`,
        unit: '/s',
        ours: floods.first.perSecond,
        bare: theirs.perSecond,
        goal: { least: 300 },
      },
      { work: 'the same: processor, received and delivered', unit: 'ms each', ours: floods.first.serverCpuMs },
      { work: 'the same once more', unit: '/s', ours: floods.again.perSecond },
      { work: 'the same once more: processor', unit: 'ms each', ours: floods.again.serverCpuMs },
      { work: 'the same without a webhook, until all are stored', unit: '/s', ours: floods.withoutWebhook.perSecond },
      { work: 'the same without a webhook: processor', unit: 'ms each', ours: floods.withoutWebhook.serverCpuMs },
      {
        work: `events a second with p99 under ${longestP99Ms} ms`,
        unit: '/s',
        ours: highest.insertedPerSecond,
        bare: theirs.perSecond,
        goal: { least: 500 },
      },
      { work: 'processor at 50 a second', unit: 'ms each', ours: calm.cost.serverCpuMs, bare: theirs.cpuMs },
      { work: 'the same, Postgres', unit: 'ms each', ours: calm.cost.databaseCpuMs ?? NaN },
      ...(highest.cost
        ? [
            {
              work: 'processor at the highest rate',
              unit: 'ms each',
              ours: highest.cost.serverCpuMs,
              bare: theirs.cpuMs,
            },
          ]
        : []),
      {
        work: 'p99 of nine endpoints, grown by one that hangs',
        unit: 'ms',
        ours: spreadOf(beside).p99 - spreadOf(calm.latenciesMs).p99,
        goal: { most: 100 },
      },
    ];
    printFigures(figures, 'a bare loop of posts');
  } finally {
    await receiver.stop();
  }
});
