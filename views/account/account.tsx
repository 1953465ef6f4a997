import type { Account } from '../../src/features/accounts/accounts.ts';
import { ApiKeyCard } from './api-key.tsx';
import { FirstRun, type FirstRunModel } from './first-run.tsx';
import { AccountHeader } from './header.tsx';
import { AccountMessages, type MessagesModel } from './messages.tsx';
import type { ComposerModel } from './phone-composer.tsx';
import { PhoneCard, type PhoneModel } from './phone.tsx';
import { SendCard, type SendModel } from './send.tsx';
import { AccountTabs } from './tabs.tsx';

export interface AccountModel {
  account: Account;
  /** Undefined once it is behind, or dismissed. */
  firstRun: FirstRunModel | undefined;
  send: SendModel;
  messages: MessagesModel;
  /** Undefined for a real number. */
  phone: { model: PhoneModel; composer: ComposerModel } | undefined;
}

export function AccountView({ model }: { model: AccountModel }) {
  const { account, firstRun, send, messages, phone } = model;
  return (
    <>
      <AccountHeader account={account} />
      <AccountTabs accountId={account.id} tab="overview" />
      <div class="account-page">
        <div class="stack account-page-main">
          {firstRun && <FirstRun {...firstRun} />}
          <SendCard model={send} firstRun={firstRun !== undefined} />
        </div>
        <div class="stack account-page-aside">
          {phone && <PhoneCard {...phone} />}
          <ApiKeyCard account={account} />
        </div>
        <div class="account-page-messages">
          <AccountMessages model={messages} />
        </div>
      </div>
    </>
  );
}
