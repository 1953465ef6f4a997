import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { Lease, Leases } from '../../platform/leases.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { PhoneChange, SandboxNetwork } from './network.ts';

/** Under which name a process owns the network; its accounts follow it. */
const leaseName = 'sandbox';

/**
 * The network of the sandbox accounts, started with the first of them in the one process that owns it: the first that
 * was there, then whoever finds it free.
 */
export interface StartedOnDemand extends Service {
  /** Resolves with the running network. Throws `account.moving` when another process owns it. */
  running(): Promise<SandboxNetwork>;
  /** Whether it runs in this process, or can from now on. Asks nobody, so that a transaction may ask. */
  readonly isOwned: boolean;
  /** Told when something changes on a phone, also of a network that starts later. Returns how to stop watching. */
  watch(listener: (change: PhoneChange) => void): () => void;
}

export interface NetworkOnDemandOptions {
  leases: Leases;
  /** No other process can be alive on this database. */
  alone: boolean;
  /** Whether this process wants to own it. */
  wanted: boolean;
  /** How often it is looked whether nobody owns it. */
  lookMs: number;
  /** A network that keeps its state in the name of this lease. */
  make: (lease: Lease) => SandboxNetwork;
  clock: Clock;
  log: Log;
}

export function startOnDemand(options: NetworkOnDemandOptions): StartedOnDemand {
  const { leases, alone, make } = options;
  const listeners = new Set<(change: PhoneChange) => void>();
  let present: { lease: Lease; network: Promise<SandboxNetwork> } | undefined;
  let taking: Promise<Lease | undefined> | undefined;

  /** Whoever asks at the same time gets the same lease: a second one would end the first. */
  async function own(): Promise<Lease | undefined> {
    const held = leases.held(leaseName);
    if (held) return held;
    taking ??= take().finally(() => (taking = undefined));
    return taking;
  }

  async function take(): Promise<Lease | undefined> {
    const [taken] = await (alone ? leases.seize([leaseName]) : leases.take([leaseName]));
    return taken;
  }

  async function begin(lease: Lease): Promise<SandboxNetwork> {
    const network = make(lease);
    await network.start();
    if (lease.lost.aborted) {
      await network.stop();
      throw moving();
    }
    network.control.watch((change) => listeners.forEach((listener) => listener(change)));
    lease.lost.addEventListener('abort', () => void end(lease).catch(() => undefined), { once: true });
    return network;
  }

  async function end(lease?: Lease): Promise<void> {
    if (!present || (lease && present.lease !== lease)) return;
    const { network } = present;
    present = undefined;
    await network.then(
      (running) => running.stop(),
      () => undefined,
    );
  }

  async function running(): Promise<SandboxNetwork> {
    const lease = await own();
    if (!lease) throw moving();
    if (present?.lease !== lease) {
      const network = begin(lease);
      present = { lease, network };
      network.catch(() => {
        if (present?.network === network) present = undefined;
      });
    }
    return present.network;
  }

  const claim = createSweep({
    ...options,
    name: 'sandbox-claim',
    intervalMs: options.lookMs,
    sweep: async () => ((await own()) ? 1 : 0),
  });

  return {
    name: 'sandbox-network',
    async start() {
      if (!options.wanted) return;
      // The accounts start after it, and follow it.
      await own();
      await claim.start();
    },
    async stop() {
      await claim.stop();
      await end();
      await leases.release([leaseName]);
    },
    running,
    get isOwned() {
      return leases.held(leaseName) !== undefined;
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function moving(): AppError {
  return new AppError('account.moving', {
    status: 503,
    retryable: true,
    retryAfterSeconds: 2,
    detail: 'The sandbox is changing hands between two processes. Try again.',
  });
}
