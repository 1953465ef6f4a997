import type { Channel, ChannelSink, ChannelState } from '../../channels/channel.ts';
import { isAppError } from '../../platform/errors.ts';
import type { Lease } from '../../platform/leases.ts';
import { withoutRequestId } from '../../platform/log.ts';
import type { AccountKind } from './account-settings.ts';

export interface ChannelRequest {
  accountId: string;
  kind: AccountKind;
  sink: ChannelSink;
  lease: Lease;
  /** A person waits for it. */
  urgent: boolean;
}

/** Makes the channel of an account; the composition root decides which. */
export type ChannelFactory = (request: ChannelRequest) => Promise<Channel>;

export interface RunnerOptions {
  accountId: string;
  kind: AccountKind;
  open: ChannelFactory;
  /** Throws when the account is not ours. */
  lease(): Lease;
  inbox: Pick<ChannelSink, 'incoming' | 'act' | 'receipt' | 'notice'>;
  /** Told after each state of the present channel, in order. */
  onState(lease: Lease, state: ChannelState): void;
}

/** Runs one account's channel in this process: never two at once, each start and stop after the one before. */
export interface AccountRunner {
  /** The channel that is running and in whose name, or undefined. */
  readonly present: RunningChannel | undefined;
  /** Stops what runs and starts anew. */
  restart(options: { urgent: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export interface RunningChannel {
  channel: Channel;
  lease: Lease;
}

export function createAccountRunner(options: RunnerOptions): AccountRunner {
  const { accountId, kind } = options;
  let present: RunningChannel | undefined;
  let last: Promise<void> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function stopChannel(): Promise<void> {
    const running = present;
    present = undefined;
    await running?.channel.stop();
  }

  async function startChannel(urgent: boolean): Promise<void> {
    const lease = options.lease();
    const opened: Channel = await open(lease, urgent, (state) => {
      // A channel that is being stopped has no say in the account's status any more.
      if (present?.channel === opened) options.onState(lease, state);
    });
    present = { channel: opened, lease };
    await withoutRequestId(() => opened.start());
  }

  async function open(lease: Lease, urgent: boolean, onState: (state: ChannelState) => void): Promise<Channel> {
    try {
      return await options.open({ accountId, kind, urgent, lease, sink: { ...options.inbox, state: onState } });
    } catch (error) {
      options.onState(lease, { kind: 'failed', reason: isAppError(error) ? error.code : 'internal' });
      throw error;
    }
  }

  return {
    get present() {
      return present;
    },
    restart: ({ urgent }) =>
      inTurn(async () => {
        await stopChannel();
        await startChannel(urgent);
      }),
    stop: () => inTurn(stopChannel),
  };
}
