// How soon a message leaves, and how many leave in a second, through HTTP, queue and database, against bare Baileys.
import { waitFor } from '../test/doubles/wait-for.ts';
import { runBare } from './bare-program.ts';
import type { BareSending, BareSendingParameters } from './bare-sending.ts';
import { shareOf } from './bench-options.ts';
import { type BenchRun, benchRun } from './bench-run.ts';
import { type Cost, costFigures, costOf } from './cost.ts';
import { type Figure, printFigures, spreadFigures } from './figures.ts';
import { greetAll, inTurn, latencies } from './latencies.ts';
import type { LinkedAccount, Product } from './product.ts';
import { allDelivered, confirmedSends } from './stored-messages.ts';

const chatsEach = 10;
const sendsOneByOne = 200;

interface Load {
  accounts: number;
  messagesEach: number;
  goals: { leastRatio: number; least?: number };
}

const loads: readonly Load[] = [
  { accounts: 1, messagesEach: 1_000, goals: { leastRatio: 0.8 } },
  { accounts: 20, messagesEach: 150, goals: { leastRatio: 1.3, least: 400 } },
];

interface Writer {
  account: LinkedAccount;
  chats: readonly string[];
}

/** Such a number of messages that each chat gets as many. */
function messagesOf({ options }: BenchRun, { accounts, messagesEach }: Load): number {
  return accounts * chatsEach * shareOf(options, messagesEach / chatsEach);
}

async function bare(run: BenchRun): Promise<BareSending[]> {
  const { file } = await run.linkBare(Math.max(...loads.map(({ accounts }) => accounts)));
  const sends = shareOf(run.options, sendsOneByOne);
  const results: BareSending[] = [];
  for (const [index, load] of loads.entries()) {
    const chats: string[][] = [];
    while (chats.length < load.accounts) chats.push(await run.phones(chatsEach));
    const parameters: BareSendingParameters = {
      ...run.network,
      file,
      chats,
      messages: messagesOf(run, load),
      known: index === 0 ? inTurn(chats[0] ?? [], sends) : [],
      fresh: index === 0 ? await run.phones(sends) : [],
    };
    results.push(await runBare('bare-sending.ts', parameters));
  }
  return results;
}

interface OneByOne {
  samplesMs: number[];
  cost: Cost;
}

async function oneByOne(
  run: BenchRun,
  product: Product,
  account: LinkedAccount,
  to: readonly string[],
): Promise<OneByOne> {
  let samplesMs: number[] = [];
  const cost = await costOf(product, to.length, async () => {
    samplesMs = await latencies(product, account, to, run.simulator.control);
  });
  await allDelivered(product);
  return { samplesMs, cost };
}

/** Each chat one after the other, all chats at once; until all are confirmed. */
async function sendAll(product: Product, writers: readonly Writer[], messages: number): Promise<void> {
  const before = await confirmedSends(product);
  const each = messages / writers.flatMap(({ chats }) => chats).length;
  const toOne = async ({ apiKey }: LinkedAccount, to: string): Promise<void> => {
    for (let index = 0; index < each; index += 1) {
      const body = { to, text: `message ${index} of ${messages}` };
      await product.server.data('POST', '/api/send', { key: apiKey, body });
    }
  };
  await Promise.all(writers.flatMap(({ account, chats }) => chats.map((chat) => toOne(account, chat))));
  await waitFor(async () => (await confirmedSends(product)) === before + messages);
}

interface Ours {
  known: OneByOne;
  fresh: OneByOne;
  costs: Cost[];
}

async function ours(run: BenchRun): Promise<Ours> {
  const product = await run.startProduct();
  const writers: Writer[] = [];
  const linkUpTo = async (count: number): Promise<void> => {
    for (const account of await product.link(await run.phones(count - writers.length))) {
      const chats = await run.phones(chatsEach);
      await greetAll(product, account, chats);
      writers.push({ account, chats });
    }
    await allDelivered(product);
  };
  await linkUpTo(1);
  const [first] = writers;
  if (!first) throw new Error('No account');
  const sends = shareOf(run.options, sendsOneByOne);
  const known = await oneByOne(run, product, first.account, inTurn(first.chats, sends));
  const fresh = await oneByOne(run, product, first.account, await run.phones(sends));
  const costs: Cost[] = [];
  for (const load of loads) {
    await linkUpTo(load.accounts);
    const messages = messagesOf(run, load);
    costs.push(await costOf(product, messages, () => sendAll(product, writers, messages)));
    await allDelivered(product);
  }
  return { known, fresh, costs };
}

function oneByOneFigures(
  chat: string,
  { samplesMs, cost }: OneByOne,
  bareMs: readonly number[],
  most?: { p50: number; p99: number },
): Figure[] {
  const figures = spreadFigures(`call to stanza, ${chat} chat`, samplesMs, bareMs, most);
  const { roundTrips } = cost;
  if (roundTrips === undefined) return figures;
  return [...figures, { work: `a send in a ${chat} chat: waits for the database`, unit: 'each', ours: roundTrips }];
}

await benchRun(async (run) => {
  const theirs = await bare(run);
  const { known, fresh, costs } = await ours(run);
  printFigures([
    ...oneByOneFigures('known', known, theirs[0]?.knownMs ?? [], { p50: 10, p99: 30 }),
    ...oneByOneFigures('new', fresh, theirs[0]?.freshMs ?? []),
    ...loads.flatMap((load, index) => {
      const [cost, bareCost] = [costs[index], theirs[index]];
      const work = `${messagesOf(run, load)} sends, ${load.accounts === 1 ? 'one account' : `${load.accounts} accounts`}`;
      return cost && bareCost ? costFigures(work, cost, bareCost, load.goals) : [];
    }),
  ]);
});
