import type { Account } from '../../src/features/accounts/accounts.ts';
import { live } from '../partials/live.ts';
import { NextButton } from '../partials/next-button.tsx';
import { KindChip, StatusChip } from '../partials/status.tsx';

export const stripId = 'account-strip';

/** Who this account is and how it is, in one line. */
export function AccountStrip({ account, isHeading }: { account: Account; isHeading: boolean }) {
  const { id, name, kind, status, paused } = account;
  const model = { status: status.status, paused, message: status.message, nextStep: status.nextStep };
  const link = (
    <a href={`/accounts/${id}`}>
      <bdi>{name}</bdi>
    </a>
  );
  return (
    <header
      class="row account-strip"
      {...live({
        id: stripId,
        url: `/ui/accounts/${id}/strip?heading=${String(isHeading)}`,
        topics: [`account:${id}`],
      })}
    >
      {isHeading ? <h1>{link}</h1> : <p class="account-strip-name">{link}</p>}
      <KindChip kind={kind} />
      <StatusChip model={model} />
      <div class="grow" />
      <NextButton account={account} back={`/accounts/${id}/chats`} alone />
    </header>
  );
}
