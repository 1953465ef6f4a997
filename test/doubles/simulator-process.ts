import { createControlClient, type RemoteControl } from './control-client.ts';
import { type ChildOptions, runChild } from './child-process.ts';

export interface SimulatorProcess {
  readonly url: string;
  /** 64 hexadecimal digits. */
  readonly noiseRoot: string;
  /** Certificate of the media host's authority, as PEM. */
  readonly mediaCa: string;
  readonly control: RemoteControl;
  /** Where `control` calls, for other processes. */
  readonly controlUrl: string;
  /** At once, unless another signal is given. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** The simulator as a process of its own, so that killing a server leaves the network standing. */
export async function startSimulatorProcess(...args: readonly string[]): Promise<SimulatorProcess> {
  return startSimulatorOf('../../dist/simulator.js', args);
}

/** The same from another built file, named from this folder. */
export async function startSimulatorOf(
  file: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<SimulatorProcess> {
  const child = runChild(file, args, options);
  const ready = JSON.parse(await child.says('{')) as Pick<SimulatorProcess, 'url' | 'noiseRoot' | 'mediaCa'> & {
    control: string;
  };
  return {
    url: ready.url,
    noiseRoot: ready.noiseRoot,
    mediaCa: ready.mediaCa,
    control: createControlClient(ready.control),
    controlUrl: ready.control,
    stop: (signal = 'SIGKILL') => child.kill(signal),
  };
}
