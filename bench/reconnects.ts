// Whether an account that has connected many times sends as fast as before.
import { runBare } from './bare-program.ts';
import type { BareReconnects, BareReconnectsParameters, Sends } from './bare-reconnects.ts';
import { shareOf } from './bench-options.ts';
import { type BenchRun, benchRun } from './bench-run.ts';
import { costOf } from './cost.ts';
import { printFigures, spreadFigures } from './figures.ts';
import { greetAll, inTurn, latencies } from './latencies.ts';
import { spreadOf } from './measure.ts';
import { allDelivered } from './stored-messages.ts';

const reconnects = 100;
const sends = 200;
const chatCount = 10;

async function bare(run: BenchRun): Promise<BareReconnects> {
  const { file } = await run.linkBare(1);
  const chats = await run.phones(chatCount);
  const parameters: BareReconnectsParameters = {
    ...run.network,
    file,
    chats,
    known: inTurn(chats, shareOf(run.options, sends)),
    times: shareOf(run.options, reconnects),
  };
  return runBare('bare-reconnects.ts', parameters);
}

async function ours(run: BenchRun): Promise<BareReconnects> {
  const product = await run.startProduct();
  const [account] = await product.link(await run.phones(1));
  if (!account) throw new Error('No account');
  const chats = await run.phones(chatCount);
  await greetAll(product, account, chats);
  const known = inTurn(chats, shareOf(run.options, sends));
  const send = async (): Promise<Sends> => {
    let samplesMs: number[] = [];
    const { serverCpuMs } = await costOf(product, known.length, async () => {
      samplesMs = await latencies(product, account, known, run.simulator.control);
    });
    await allDelivered(product);
    return { samplesMs, cpuMs: serverCpuMs };
  };
  await send();
  const before = await send();
  for (let time = 0; time < shareOf(run.options, reconnects); time += 1) {
    await product.server.data('POST', `/api/accounts/${account.id}/reconnect`);
    await product.api.becomes(account.id, 'ready');
  }
  return { before, after: await send() };
}

/** How many times as much the sends after the reconnects took. */
function growth({ before, after }: BareReconnects): { p50: number; cpu: number } {
  return { p50: spreadOf(after.samplesMs).p50 / spreadOf(before.samplesMs).p50, cpu: after.cpuMs / before.cpuMs };
}

await benchRun(async (run) => {
  const theirs = await bare(run);
  const mine = await ours(run);
  const [here, there] = [growth(mine), growth(theirs)];
  const goal = { most: 1.15 };
  const unit = 'times';
  printFigures([
    ...spreadFigures('call to stanza before', mine.before.samplesMs, theirs.before.samplesMs),
    ...spreadFigures(
      `call to stanza after ${shareOf(run.options, reconnects)} reconnects`,
      mine.after.samplesMs,
      theirs.after.samplesMs,
    ),
    { work: 'processor of a send before', unit: 'ms', ours: mine.before.cpuMs, bare: theirs.before.cpuMs },
    { work: 'processor of a send after', unit: 'ms', ours: mine.after.cpuMs, bare: theirs.after.cpuMs },
    { work: 'p50 after, of p50 before', unit, ours: here.p50, bare: there.p50, goal },
    { work: 'processor after, of before', unit, ours: here.cpu, bare: there.cpu, goal },
  ]);
});
