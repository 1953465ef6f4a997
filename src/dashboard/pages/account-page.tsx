import type { VNode } from 'preact';
import { type AccountModel, AccountView } from '../../../views/account/account.tsx';
import { FirstRun } from '../../../views/account/first-run.tsx';
import { AccountGone } from '../../../views/account/header.tsx';
import type { MessageItem, MessagesModel } from '../../../views/account/messages.tsx';
import type { ComposerModel } from '../../../views/account/phone-composer.tsx';
import type { PhoneModel } from '../../../views/account/phone.tsx';
import type { SendModel } from '../../../views/account/send.tsx';
import type { Account, Accounts } from '../../features/accounts/accounts.ts';
import type { Message, Messages } from '../../features/messages/messages.ts';
import type { Sandbox } from '../../features/sandbox/sandbox.ts';
import { positionOf } from '../../platform/cursor.ts';
import type { Database } from '../../platform/database.ts';
import { isAppError } from '../../platform/errors.ts';
import type { PageAnswer } from '../../platform/page.ts';
import { namedChat, type NameParts, type Names, namesOf, senderOf } from './chat-names.ts';

export interface AccountPageParts extends NameParts {
  accounts: Accounts;
  messages: Messages;
  sandbox: Sandbox;
  database: Database;
}

/** What the address says of the page, and what is not as it would be at first. */
export interface AccountPageRequest {
  before?: string | undefined;
  customer?: string | undefined;
  hidesFirstRun: boolean;
  status?: number;
  send?: Partial<SendModel>;
  messages?: Partial<MessagesModel>;
  phone?: Partial<PhoneModel>;
  composer?: Partial<ComposerModel>;
}

const pageSize = 25;
const usualCustomer = '+9995550101';

export async function accountPage(
  parts: AccountPageParts,
  accountId: string,
  request: AccountPageRequest,
): Promise<PageAnswer> {
  const account = await parts.accounts.get(accountId);
  const milestones = await parts.messages.milestones(accountId);
  const isBehind = account.linked && milestones.sent && milestones.received && milestones.calledByApi;
  const isSandbox = account.kind === 'sandbox';
  const phone = isSandbox ? await phoneModel(parts, account, request.customer) : undefined;
  const model: AccountModel = {
    account,
    firstRun: isBehind || request.hidesFirstRun ? undefined : { account, milestones },
    send: {
      accountId,
      to: isSandbox ? usualCustomer : '',
      text: isSandbox && !milestones.sent ? 'Hello from my server' : '',
      ...request.send,
    },
    messages: { ...(await messagesModel(parts, accountId, request.before)), ...request.messages },
    phone: phone && {
      model: { ...phone, ...request.phone },
      composer: { accountId, customer: phone.customer.number, ...request.composer },
    },
  };
  const { status = 200 } = request;
  return { kind: 'page', title: account.name, section: 'accounts', status, body: <AccountView model={model} /> };
}

export async function messagesModel(
  parts: AccountPageParts,
  accountId: string,
  before: string | undefined,
): Promise<MessagesModel> {
  const found = await parts.messages.list({
    accountId,
    direction: undefined,
    chatJid: undefined,
    status: undefined,
    since: undefined,
    beforePosition: positionOf(before),
    limit: pageSize,
  });
  const older = found.nextPosition === null ? null : String(found.nextPosition);
  const chats = found.messages.map(({ chat }) => chat);
  const names = await namesOf(parts, accountId, { chats, messages: found.messages });
  return { accountId, items: found.messages.map((message) => itemOf(message, names)), before, older };
}

/** The phone of the customer that is asked for, else of the usual one, else of whoever has a chat. */
export async function phoneModel(
  { sandbox }: AccountPageParts,
  account: Account,
  asked: string | undefined,
): Promise<PhoneModel | undefined> {
  const { customers, shows, failNext } = await sandbox.view(account.id);
  const named = (number: string | undefined) => customers.find((each) => each.number === number);
  const customer = named(asked) ?? named(usualCustomer) ?? customers[0];
  return customer && { account, customer, customers: customers.map(({ number }) => number), shows, failNext };
}

export async function firstRunPart({ accounts, messages }: AccountPageParts, accountId: string): Promise<VNode> {
  const account = await accounts.get(accountId);
  return <FirstRun account={account} milestones={await messages.milestones(accountId)} />;
}

/** A live part, or what stands in its place once the account is deleted. */
export async function livePart(id: string, part: () => Promise<VNode>): Promise<PageAnswer> {
  try {
    return { kind: 'fragment', body: await part() };
  } catch (error) {
    if (!isAppError(error, 'account.not_found')) throw error;
    return { kind: 'fragment', body: <AccountGone id={id} /> };
  }
}

function itemOf(message: Message, names: Names): MessageItem {
  const { chat, direction } = message;
  const named = namedChat({ ...chat, name: null }, names);
  if (direction === 'outgoing') return { message, who: named, group: null };
  return { message, who: senderOf(message, names), group: chat.type === 'personal' ? null : named.name };
}
