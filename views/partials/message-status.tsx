import type { Message } from '../../src/features/messages/messages.ts';
import { Icon } from './icon.tsx';

type Status = Message['status'];

const looks: Record<Status, { word: string; icon: string; tone: string }> = {
  queued: { word: 'Queued', icon: 'clock', tone: 'waiting' },
  sending: { word: 'Sending', icon: 'clock', tone: 'waiting' },
  sent: { word: 'Sent', icon: 'check', tone: 'under-way' },
  delivered: { word: 'Delivered', icon: 'check-check', tone: 'under-way' },
  read: { word: 'Read', icon: 'check-check', tone: 'seen' },
  played: { word: 'Played', icon: 'check-check', tone: 'seen' },
  received: { word: 'Received', icon: 'inbox', tone: 'under-way' },
  failed: { word: 'Failed', icon: 'circle-alert', tone: 'failed' },
  expired: { word: 'Expired', icon: 'hourglass', tone: 'failed' },
  cancelled: { word: 'Cancelled', icon: 'ban', tone: 'under-way' },
};

/** How far a message has come: ticks and a word. */
export function MessageStatus({ status }: { status: Status }) {
  const { word, icon, tone } = looks[status];
  return (
    <span class={`ticks ticks-${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

/** The same where there is no room for the word. */
export function MessageTick({ status }: { status: Status }) {
  const { word, icon, tone } = looks[status];
  return (
    <span class={`ticks ticks-${tone}`}>
      <Icon name={icon} label={word} />
    </span>
  );
}
