import type { ChannelNotice, GroupChange } from '../../channels/channel.ts';
import type { EventName } from '../../events.ts';
import type { Batch, ChangeKind } from '../../platform/commit-writer.ts';
import type { EventBus } from '../../platform/event-bus.ts';

function groupTold({ group: jid, by, ...change }: GroupChange): Told {
  switch (change.kind) {
    case 'created':
      return { names: ['groups.upsert'], data: { jid, subject: change.subject, by } };
    case 'settings':
      return { names: ['groups.update'], data: { jid, ...change.settings, by } };
    case 'participants': {
      const { action, participants } = change;
      return { names: ['group-participants.update'], data: { jid, action, participants, by } };
    }
  }
}

interface Told {
  names: EventName[];
  data: object;
}

/** Publishes what a channel notices and nobody needs to keep. */
export function createChatNotices(events: EventBus): { notice(notice: ChannelNotice, batch: Batch): void } {
  const told: ChangeKind<Told> = {
    name: 'chat-notices',
    order: 6,
    apply(tx, changes) {
      events.publish(
        tx,
        changes.map(({ owner, row }) => ({ accountId: owner, ...row })),
      );
      return Promise.resolve();
    },
  };

  return {
    notice(notice, batch) {
      if (notice.kind === 'group') {
        batch.add(told, groupTold(notice.change));
        batch.afterCommit(() => events.announce(`groups:${batch.owner}`));
      }
      if (notice.kind === 'call') {
        const { id, from, video, group, status, at } = notice.call;
        batch.add(told, { names: ['call'], data: { id, from, video, group, status, at: at.toISOString() } });
      }
      if (notice.kind === 'presence') {
        const { chat, person, state, lastSeen } = notice.presence;
        const data = { chat, from: person, state, lastSeen: lastSeen?.toISOString() ?? null };
        batch.add(told, { names: ['presence'], data });
      }
    },
  };
}
