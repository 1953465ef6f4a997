import { runChild } from '../test/doubles/child-process.ts';

/** What every program with bare Baileys is told. */
export interface BareNetwork {
  url: string;
  /** Where the simulator takes calls. */
  controlUrl: string;
}

/** Runs one of the files `bare-*.ts` in a process of its own, in which nothing of ours is installed. */
export async function runBare<Result>(file: string, parameters: BareNetwork): Promise<Result> {
  const child = runChild(`../../bench/${file}`, [JSON.stringify(parameters)]);
  const result = JSON.parse(await child.says('{')) as Result;
  await child.exited;
  return result;
}

/** What such a program was told. */
export function bareParameters(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Ends such a program. */
export function tellResult(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
