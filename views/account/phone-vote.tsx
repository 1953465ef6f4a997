import type { MessageContent } from '../../src/features/messages/messages.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';

interface PhoneVoteProps {
  /** The poll's id on the phone. */
  id: string;
  poll: NonNullable<MessageContent['poll']>;
  account: string;
  /** Who votes, `+999…`. */
  customer: string;
}

/** The options of a poll as buttons: each gives the customer's vote for it, or takes that back. */
export function PhoneVote({ id, poll, account, customer }: PhoneVoteProps) {
  const chosen = poll.results.map(({ voters }) => voters.some(({ phone }) => phone === customer));
  return (
    <div class="phone-vote" role="group" aria-label={`Vote in “${poll.question}”`}>
      {poll.options.map((option, index) => (
        <ActButton
          key={index}
          id={`phone-vote-${id}-${index}`}
          action={`/accounts/${account}/phone/vote`}
          fields={{ customer, message: id, option: String(index) }}
          replaces="#phone"
          pressed={chosen[index] === true}
        >
          <Icon name={chosen[index] === true ? 'circle-check' : 'circle'} />
          <span dir="auto">{option}</span>
        </ActButton>
      ))}
    </div>
  );
}
