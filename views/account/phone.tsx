import type { Account } from '../../src/features/accounts/accounts.ts';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Notice } from '../partials/notice.tsx';
import { PhoneChat, type PhoneCustomer } from './phone-chat.tsx';
import { PhoneComposer, type ComposerModel } from './phone-composer.tsx';

export interface PhoneModel {
  account: Account;
  /** What the account shows for its own phone to link it. */
  shows: { qr: boolean; code: boolean };
  customer: PhoneCustomer;
  /** The numbers of all who have a chat with the account. */
  customers: readonly string[];
  /** The next message that the account sends will be refused. */
  failNext: boolean;
  problem?: string | undefined;
}

export const phoneId = 'phone';

/** The virtual phone of a sandbox account: first the owner's, with which it is linked, then a customer's. */
export function PhoneCard({ model, composer }: { model: PhoneModel; composer: ComposerModel }) {
  return (
    <section class="phone-card" aria-labelledby="phone-title">
      <h2 id="phone-title">Sandbox phone</h2>
      <Phone model={model} />
      <div class="phone-bottom">
        <PhoneComposer model={composer} />
      </div>
    </section>
  );
}

export function Phone({ model }: { model: PhoneModel }) {
  const { account, customer, problem } = model;
  const query = `?customer=${encodeURIComponent(customer.number)}`;
  return (
    <div
      class="phone"
      data-linked={String(account.linked)}
      {...live({
        id: phoneId,
        url: `/ui/accounts/${account.id}/phone${query}`,
        topics: [`sandbox:${account.id}`, `account:${account.id}`],
      })}
    >
      {account.linked ? <Intro model={model} /> : <p class="muted">The phone of the one who owns the number.</p>}
      {problem !== undefined && (
        <Notice tone="bad" live>
          {problem}
        </Notice>
      )}
      <div class="phone-top">
        <div class="phone-bar">
          <span class="phone-lens" />
          <span class="row">
            {customer.offline && account.linked ? 'No network' : 'Sandbox'}
            <Icon name={customer.offline && account.linked ? 'wifi-off' : 'wifi'} />
          </span>
        </div>
        {account.linked ? <PhoneChat account={account} customer={customer} /> : <LockScreen model={model} />}
      </div>
    </div>
  );
}

function Intro({ model }: { model: PhoneModel }) {
  const { account, customer, customers, failNext } = model;
  const { id } = account;
  return (
    <>
      <p class="muted">
        The phone of your customer <bdi class="figures">{customer.number}</bdi>
      </p>
      {customers.length > 1 && (
        <nav class="segments" aria-label="Customers">
          {customers.map((number) => (
            <a
              key={number}
              href={`/accounts/${id}?customer=${encodeURIComponent(number)}#phone-title`}
              aria-current={number === customer.number ? 'true' : undefined}
            >
              <bdi>{number}</bdi>
            </a>
          ))}
        </nav>
      )}
      <div class="row phone-controls">
        <ActButton
          id="phone-network"
          action={`/accounts/${id}/phone/${customer.offline ? 'online' : 'offline'}`}
          fields={{ customer: customer.number }}
          replaces={`#${phoneId}`}
        >
          <Icon name={customer.offline ? 'wifi' : 'wifi-off'} />
          {customer.offline ? 'Back online' : 'Go offline'}
        </ActButton>
        {failNext ? (
          <span class="chip tone-warn">The next message will fail</span>
        ) : (
          <ActButton
            id="phone-fail"
            action={`/accounts/${id}/phone/fail-next`}
            fields={{ customer: customer.number }}
            replaces={`#${phoneId}`}
          >
            <Icon name="triangle-alert" />
            Fail the next message
          </ActButton>
        )}
        <a class="button" href={`/accounts/${id}/phone/log-out`} data-dialog="">
          <Icon name="log-out" />
          Log out phone…
        </a>
      </div>
    </>
  );
}

/** Before it is linked: the owner's phone, which scans or types what the account shows. */
function LockScreen({ model }: { model: PhoneModel }) {
  const { account, shows, customer } = model;
  const { id, status, paused } = account;
  const fields = { customer: customer.number };
  return (
    <div class="phone-screen phone-lock">
      <Icon name={shows.qr ? 'scan-line' : 'lock'} />
      <h3>This phone is not linked</h3>
      {shows.qr ? (
        <>
          <p>The account shows a QR code. Scan it to link this phone, as you would in WhatsApp under Linked devices.</p>
          <ActButton
            id="phone-scan"
            action={`/accounts/${id}/phone/scan`}
            fields={fields}
            replaces={`#${phoneId}`}
            class="button button-primary button-wide"
          >
            <Icon name="scan-line" />
            Scan the code
          </ActButton>
        </>
      ) : status.status === 'initializing' ? (
        <p>The account is getting a code to scan. It appears in a moment.</p>
      ) : (
        <>
          <p>The account shows no code at the moment: {status.message}.</p>
          {!paused && (
            <ActButton
              id="phone-new-code"
              action={`/accounts/${id}/phone/new-code`}
              fields={fields}
              replaces={`#${phoneId}`}
              class="button button-primary button-wide"
            >
              <Icon name="qr-code" />
              Show a new code
            </ActButton>
          )}
        </>
      )}
      {shows.code && (
        <ActButton
          id="phone-type"
          action={`/accounts/${id}/phone/enter-code`}
          fields={fields}
          replaces={`#${phoneId}`}
          class="button button-wide"
        >
          <Icon name="keyboard" />
          Type the code
        </ActButton>
      )}
    </div>
  );
}

/** Asks before the owner's phone removes this server. */
export function LogOutPhoneView({ account }: { account: Account }) {
  const { id, name } = account;
  return (
    <div class="card form-narrow">
      <div class="stack" data-dialog-content="">
        <h1>Log out phone?</h1>
        <p>
          The phone removes this server from its linked devices, as an owner does in WhatsApp. <bdi>{name}</bdi> is then
          logged out and cannot send until it is linked again. Its messages stay.
        </p>
        <div class="dialog-buttons">
          <a class="button" href={`/accounts/${id}`} data-close="">
            Stay linked
          </a>
          <ActButton id="phone-log-out" action={`/accounts/${id}/phone/log-out`} class="button button-danger">
            Log out phone
          </ActButton>
        </div>
      </div>
    </div>
  );
}
