import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDataFolder, removeDataFolder } from '../test/doubles/data-folder.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../test/doubles/simulator-process.ts';
import type { BareLinkParameters } from './bare-link.ts';
import { type BareNetwork, runBare } from './bare-program.ts';
import { type BenchOptions, readBenchOptions } from './bench-options.ts';
import { type Product, startProduct } from './product.ts';

export interface BareAccounts {
  file: string;
  numbers: readonly string[];
}

export interface BenchRun {
  readonly options: BenchOptions;
  readonly simulator: SimulatorProcess;
  /** For the programs with bare Baileys. */
  readonly network: BareNetwork;
  /** Numbers that nothing else in the run has, of phones that are on the network. */
  phones(count: number): Promise<string[]>;
  /** Links accounts with bare Baileys; with the file in which they are left. */
  linkBare(count: number): Promise<BareAccounts>;
  /** Starts ours, which ends with the run; with these variables, the first time. */
  startProduct(environment?: Record<string, string>): Promise<Product>;
}

const firstNumber = 9_990_000_001_000;

/** Bare Baileys and ours on the same network, each in processes of its own, one after the other. */
export async function benchRun(work: (run: BenchRun) => Promise<void>): Promise<void> {
  const options = readBenchOptions();
  printConditions(options);
  const folder = await newDataFolder(tmpdir());
  const simulator = await startSimulatorProcess();
  const network = { url: simulator.url, controlUrl: simulator.controlUrl };
  let product: Product | undefined;
  let lastNumber = firstNumber;
  const phones = async (count: number): Promise<string[]> => {
    const numbers = Array.from({ length: count }, () => String((lastNumber += 1)));
    for (const number of numbers) await simulator.control.phone(number).describe();
    return numbers;
  };
  try {
    await work({
      options,
      simulator,
      network,
      phones,
      async linkBare(count) {
        const parameters: BareLinkParameters = { ...network, file: join(folder, 'bare'), numbers: await phones(count) };
        await runBare('bare-link.ts', parameters);
        return parameters;
      },
      startProduct: async (environment) => (product ??= await startProduct(simulator, options, environment)),
    });
  } finally {
    await product?.stop();
    await simulator.stop();
    await removeDataFolder(folder);
  }
}

function printConditions({ databaseDelayMs, share }: BenchOptions): void {
  const conditions = [
    `Node ${process.version}`,
    `${cpus().length} cores`,
    `a load of ${loadavg()[0]?.toFixed(1)} before`,
  ];
  if (databaseDelayMs > 0) conditions.push(`the database ${databaseDelayMs} ms away`);
  if (share !== 1) conditions.push(`${share} of the full run`);
  console.log(conditions.join(', '));
}
