// How many messages of phones are stored in a second, with their events, against bare Baileys that is only told of them.
import { waitFor } from '../test/doubles/wait-for.ts';
import { runBare } from './bare-program.ts';
import type { BareReceiving, BareReceivingParameters } from './bare-receiving.ts';
import { shareOf } from './bench-options.ts';
import { type BenchRun, benchRun } from './bench-run.ts';
import { type Cost, costFigures, costOf } from './cost.ts';
import { printFigures } from './figures.ts';
import { floodAll, type FloodTo } from './flood.ts';
import type { Product } from './product.ts';
import { storedReceives } from './stored-messages.ts';

interface Load {
  accounts: number;
  /** Phones that write to each. */
  senders: number;
  /** Messages from each of them. */
  messages: number;
  goals: { leastRatio: number; least?: number };
}

const loads: readonly Load[] = [
  { accounts: 1, senders: 10, messages: 150, goals: { leastRatio: 0.8 } },
  { accounts: 20, senders: 2, messages: 75, goals: { leastRatio: 1.3, least: 400 } },
];

function messagesOf({ options }: BenchRun, { accounts, senders, messages }: Load): number {
  return accounts * senders * shareOf(options, messages);
}

async function targetsOf(run: BenchRun, { accounts, senders }: Load, numbers: readonly string[]): Promise<FloodTo[]> {
  const targets: FloodTo[] = [];
  for (const number of numbers.slice(0, accounts)) targets.push({ number, senders: await run.phones(senders) });
  return targets;
}

async function bare(run: BenchRun): Promise<BareReceiving[]> {
  const { file, numbers } = await run.linkBare(Math.max(...loads.map(({ accounts }) => accounts)));
  const results: BareReceiving[] = [];
  for (const load of loads) {
    const parameters: BareReceivingParameters = {
      ...run.network,
      file,
      targets: await targetsOf(run, load, numbers),
      messages: messagesOf(run, load),
    };
    results.push(await runBare('bare-receiving.ts', parameters));
  }
  return results;
}

/** So many from each sender; the cost until all are stored. */
async function receiveAll(run: BenchRun, product: Product, targets: readonly FloodTo[], each: number): Promise<Cost> {
  const messages = each * targets.flatMap(({ senders }) => senders).length;
  const wanted = (await storedReceives(product)) + messages;
  let flooding = Promise.resolve();
  const cost = await costOf(product, messages, async () => {
    flooding = floodAll(run.simulator.control, targets, each);
    await waitFor(async () => (await storedReceives(product)) >= wanted);
  });
  await flooding;
  return cost;
}

async function ours(run: BenchRun): Promise<Cost[]> {
  const product = await run.startProduct();
  const numbers: string[] = [];
  const costs: Cost[] = [];
  for (const load of loads) {
    const added = await run.phones(load.accounts - numbers.length);
    await product.link(added);
    numbers.push(...added);
    const targets = await targetsOf(run, load, numbers);
    // The first message of each begins its session.
    await receiveAll(run, product, targets, 1);
    costs.push(await receiveAll(run, product, targets, shareOf(run.options, load.messages)));
  }
  return costs;
}

await benchRun(async (run) => {
  const theirs = await bare(run);
  const costs = await ours(run);
  printFigures(
    loads.flatMap((load, index) => {
      const [cost, bareCost] = [costs[index], theirs[index]];
      const work = `${messagesOf(run, load)} messages, ${load.accounts === 1 ? 'one account' : `${load.accounts} accounts`}`;
      return cost && bareCost ? costFigures(work, cost, bareCost, load.goals) : [];
    }),
  );
});
