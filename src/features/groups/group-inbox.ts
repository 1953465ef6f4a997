import type { ChannelNotice } from '../../channels/channel.ts';
import type { Batch } from '../../platform/commit-writer.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { subjectKind } from './group-subjects.store.ts';

/** Keeps what a channel tells of groups. */
export function createGroupInbox(events: EventBus): { notice(notice: ChannelNotice, batch: Batch): void } {
  const subjects = subjectKind(events);
  return {
    notice(notice, batch) {
      if (notice.kind === 'subjects') for (const group of notice.groups) batch.add(subjects, group);
    },
  };
}
