import type { WACallEvent, WACallUpdateType } from '@whiskeysockets/baileys';
import type { Call } from '../channel.ts';
import { personOf } from './from-baileys.ts';

/** The others tell how two devices find each other. */
const statuses: Partial<Record<WACallUpdateType, Call['status']>> = {
  offer: 'ringing',
  accept: 'accepted',
  reject: 'rejected',
  timeout: 'missed',
  terminate: 'ended',
};

/** What happened to a call; undefined for steps that are no news to a person. */
export function callOf(event: WACallEvent): Call | undefined {
  const status = statuses[event.status];
  if (!status) return undefined;
  const { id, from, callerPn, isVideo = false, isGroup = false, date } = event;
  return { id, from: personOf(from, callerPn, null), address: from, video: isVideo, group: isGroup, status, at: date };
}
