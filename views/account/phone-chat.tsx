import type { Account } from '../../src/features/accounts/accounts.ts';
import type { MessageContent as Content } from '../../src/features/messages/messages.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Time } from '../partials/time.tsx';
import { type Done, MessageContent } from './message-content.tsx';
import { PhoneVote } from './phone-vote.tsx';

/** A message as the customer's phone shows it; `received` is what the account has sent. */
export interface PhoneBubble extends Content, Done {
  id: string;
  direction: 'received' | 'sent';
  at: string;
  status: 'pending' | 'sent' | 'delivered' | 'read' | 'received';
}

export interface PhoneCustomer {
  number: string;
  offline: boolean;
  unread: number;
  /** Oldest first. */
  messages: readonly PhoneBubble[];
}

const shownBubbles = 60;

export function PhoneChat({ account, customer }: { account: Account; customer: PhoneCustomer }) {
  const bubbles = customer.messages.slice(-shownBubbles);
  const firstUnread = bubbles.find(({ direction, status }) => direction === 'received' && status === 'received');
  return (
    <div class="phone-screen">
      <div class="phone-peer">
        <span class="phone-avatar" aria-hidden="true">
          {String.fromCodePoint(account.name.codePointAt(0) ?? 0x3f)}
        </span>
        <div class="grow">
          <p class="phone-name">
            <bdi>{account.name}</bdi>
          </p>
          <p class="small muted">
            <bdi class="figures">{account.phone}</bdi>
          </p>
        </div>
      </div>
      {customer.offline && (
        <p class="phone-away">This phone has no network. What you send waits with one tick until it is back.</p>
      )}
      <div class="chat-scroll phone-chat" tabindex={0} role="group" aria-label="Chat on the phone of the customer">
        {bubbles.length === 0 ? (
          <p class="phone-empty">No messages yet. What the account sends arrives here.</p>
        ) : (
          <ol class="bubbles">
            {bubbles.map((bubble) => (
              <Bubble
                key={bubble.id}
                bubble={bubble}
                startsUnread={bubble === firstUnread}
                vote={customer.offline ? null : { account: account.id, customer: customer.number }}
              />
            ))}
          </ol>
        )}
      </div>
      {customer.unread > 0 && !customer.offline && (
        <div class="phone-read">
          <ActButton
            id="phone-read"
            action={`/accounts/${account.id}/phone/read`}
            fields={{ customer: customer.number }}
            replaces="#phone"
          >
            <Icon name="check-check" />
            {customer.unread === 1 ? 'Read the new message' : `Read ${customer.unread} new messages`}
          </ActButton>
        </div>
      )}
    </div>
  );
}

interface BubbleProps {
  bubble: PhoneBubble;
  startsUnread: boolean;
  /** Whose vote the buttons of a poll give; null where the phone is away. */
  vote: { account: string; customer: string } | null;
}

function Bubble({ bubble, startsUnread, vote }: BubbleProps) {
  const { id, direction, at, status, poll } = bubble;
  return (
    <>
      {startsUnread && (
        <li id="phone-unread" class="phone-unread">
          New
        </li>
      )}
      <li id={`bubble-${id}`} class={`bubble bubble-${direction}`}>
        <span class="visually-hidden">{direction === 'sent' ? 'Customer: ' : 'Account: '}</span>
        <MessageContent
          message={bubble}
          done={bubble}
          options={poll && vote ? <PhoneVote id={id} poll={poll} {...vote} /> : undefined}
        />
        <p class="bubble-meta">
          <Time at={new Date(at)} />
          {direction === 'sent' && <BubbleTicks status={status} />}
        </p>
      </li>
    </>
  );
}

const looks = {
  pending: { word: 'Waiting', icon: 'clock', tone: 'waiting' },
  sent: { word: 'Sent', icon: 'check', tone: 'under-way' },
  delivered: { word: 'Delivered', icon: 'check-check', tone: 'under-way' },
  read: { word: 'Read', icon: 'check-check', tone: 'seen' },
  received: { word: 'Received', icon: 'check', tone: 'under-way' },
} as const;

function BubbleTicks({ status }: { status: PhoneBubble['status'] }) {
  const { word, icon, tone } = looks[status];
  return (
    <span class={`ticks ticks-${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  );
}
