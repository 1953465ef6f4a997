import type { Service } from '../../platform/lifecycle.ts';
import type { PhoneChange, SandboxNetwork } from './network.ts';

/** The network of the sandbox accounts, started with the first of them. */
export interface StartedOnDemand extends Service {
  /** Resolves with the running network. */
  running(): Promise<SandboxNetwork>;
  /** Told when something changes on a phone, also of a network that starts later. Returns how to stop watching. */
  watch(listener: (change: PhoneChange) => void): () => void;
}

export function startOnDemand(network: SandboxNetwork): StartedOnDemand {
  let starting: Promise<SandboxNetwork> | undefined;

  async function begin(): Promise<SandboxNetwork> {
    await network.start();
    return network;
  }

  return {
    name: 'sandbox-network',
    start: () => Promise.resolve(),
    async stop() {
      if (await starting?.catch(() => undefined)) await network.stop();
    },
    watch: (listener) => network.control.watch(listener),
    running: () =>
      (starting ??= begin().catch((error: unknown) => {
        starting = undefined;
        throw error;
      })),
  };
}
