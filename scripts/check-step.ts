import { spawn } from 'node:child_process';

/** What a step found: the output is shown in full, so a step that passed keeps it empty unless it has advice. */
export interface Outcome {
  passed: boolean;
  output: string;
}

export interface Step {
  name: string;
  run(): Promise<Outcome>;
}

export interface Finished {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs an installed package's program in the current folder. */
export function execute(name: string, args: readonly string[]): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(`node_modules/.bin/${name}`, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** A step that is one program: it passed when the program says so. */
export async function program(name: string, args: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await execute(name, args);
  return { passed: code === 0, output: code === 0 ? '' : `${stdout}${stderr}` };
}

/** A step that lists mistakes: it passed when there are none. */
export function listed(mistakes: readonly string[]): Outcome {
  return { passed: mistakes.length === 0, output: mistakes.map((mistake) => `  ${mistake}`).join('\n') };
}
