import type { Account } from '../../src/features/accounts/accounts.ts';
import { Icon } from '../partials/icon.tsx';
import { StatusChip } from '../partials/status.tsx';

/** Who was linked, and what to do with it. */
export function Linked({ account }: { account: Account }) {
  const { id, name, phone, kind, status, paused } = account;
  const isReady = status.status === 'ready';
  return (
    <div class="linked">
      <div class="linked-mark" data-ready={String(isReady)}>
        <Icon name={isReady ? 'check' : 'smartphone'} />
      </div>
      <h2>{isReady ? 'Linked and connected' : 'The phone is linked'}</h2>
      <dl class="facts">
        <dt>Name</dt>
        <dd>
          <bdi>{name}</bdi>
        </dd>
        <dt>Number</dt>
        <dd class="figures">{phone === null ? 'Not known yet' : <bdi>{phone}</bdi>}</dd>
        <dt>Kind</dt>
        <dd>{kind === 'sandbox' ? 'Sandbox' : 'WhatsApp'}</dd>
        <dt>Status</dt>
        <dd>
          <StatusChip model={{ status: status.status, paused, message: status.message, nextStep: status.nextStep }} />
        </dd>
      </dl>
      <div class="row">
        <a class="button button-primary" href={`/accounts/${id}`}>
          <Icon name="send" />
          Send a test message
        </a>
        <a class="button button-quiet" href="/accounts">
          All accounts
        </a>
      </div>
    </div>
  );
}
