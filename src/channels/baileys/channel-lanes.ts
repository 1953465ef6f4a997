import type { CommitWriter, Lane } from '../../platform/commit-writer.ts';
import type { Lease } from '../../platform/leases.ts';
import type { ChannelSink } from '../channel.ts';
import { keysArchived } from './auth.store.ts';

export interface ChannelLanesOptions {
  writer: CommitWriter;
  lease: Lease;
  sink: Pick<ChannelSink, 'notice'>;
  /** Aborts when nothing more may be written. */
  signal: AbortSignal;
}

/** Where a channel writes: one lane after the other, because nothing may follow in one that broke. */
export interface ChannelLanes {
  open(): Lane;
  /** Resolves once the keys are archived and the account knows. */
  unpaired(reason: string): Promise<void>;
}

export function createChannelLanes({ writer, lease, sink, signal }: ChannelLanesOptions): ChannelLanes {
  function open(): Lane {
    const lane = writer.lane(lease);
    const giveUp = (): void => lane.close('The channel has stopped');
    signal.addEventListener('abort', giveUp, { once: true });
    lane.broken.addEventListener('abort', () => signal.removeEventListener('abort', giveUp), { once: true });
    if (signal.aborted) giveUp();
    return lane;
  }

  return {
    open,
    async unpaired(reason) {
      const lane = open();
      const batch = lane.batch();
      batch.add(keysArchived, { reason });
      sink.notice({ kind: 'unpaired', reason }, batch);
      lane.commit(batch);
      await lane.settled();
      lane.close('The account is not linked any more');
    },
  };
}
