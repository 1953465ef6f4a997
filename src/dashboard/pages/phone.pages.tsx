import type Joi from 'joi';
import { LogOutPhoneView, Phone, phoneId } from '../../../views/account/phone.tsx';
import { PhoneComposer } from '../../../views/account/phone-composer.tsx';
import { AccountGone } from '../../../views/account/header.tsx';
import { accountParams } from '../../features/accounts/accounts.ts';
import type { CustomerMessage } from '../../features/sandbox/sandbox.ts';
import type { Actor } from '../../platform/actor.ts';
import { definePage, type Page, type PageAnswer } from '../../platform/page.ts';
import { integer, name, object, required, text } from '../../platform/schema.ts';
import { accountPage, type AccountPageParts, livePart, phoneModel } from './account-page.tsx';
import { hidesFirstRun } from './first-run-cookie.ts';

const customer = required(name({ max: 40 }));

/** The phone drawn beside a sandbox account. */
export function phonePages(parts: AccountPageParts): Page[] {
  return [
    livePhone(parts),
    ...linkingActs(parts),
    ...customerActs(parts),
    votePage(parts),
    writePage(parts),
    ...logOutPages(parts),
  ];
}

async function phonePart(parts: AccountPageParts, accountId: string, customer: string | undefined, problem?: string) {
  const model = await phoneModel(parts, await parts.accounts.get(accountId), customer);
  return model ? <Phone model={{ ...model, problem }} /> : <AccountGone id={phoneId} />;
}

function livePhone(parts: AccountPageParts): Page {
  return definePage({
    method: 'GET',
    path: '/ui/accounts/:id/phone',
    access: 'person',
    params: accountParams,
    query: object({ customer: name({ max: 40 }) }),
    handle: ({ params, query }) => livePart(phoneId, () => phonePart(parts, params.id, query.customer)),
  });
}

interface PhoneAct {
  accountId: string;
  customer: string;
  actor: Actor;
  signal: AbortSignal;
}

function linkingActs(parts: AccountPageParts): Page[] {
  const { sandbox, accounts } = parts;
  return [
    actPage(parts, 'scan', ({ accountId, signal }) => sandbox.scan(accountId, signal)),
    actPage(parts, 'enter-code', ({ accountId, signal }) => sandbox.enterCode(accountId, undefined, signal)),
    actPage(parts, 'new-code', ({ accountId, actor }) => accounts.reconnect(accountId, actor)),
  ];
}

function customerActs(parts: AccountPageParts): Page[] {
  const { sandbox } = parts;
  return [
    actPage(parts, 'read', ({ accountId, customer }) => sandbox.read(accountId, customer)),
    actPage(parts, 'offline', ({ accountId, customer }) => sandbox.setOffline(accountId, true, customer)),
    actPage(parts, 'online', ({ accountId, customer }) => sandbox.setOffline(accountId, false, customer)),
    actPage(parts, 'fail-next', ({ accountId }) => sandbox.failNext(accountId)),
  ];
}

function actPage(parts: AccountPageParts, word: string, act: (input: PhoneAct) => Promise<unknown>): Page {
  return phoneForm(parts, { word, form: object({ customer }), act });
}

interface PhoneForm<F> {
  word: string;
  form: Joi.AnySchema<F>;
  act: (input: PhoneAct, form: F) => Promise<unknown>;
}

/** A button on the phone, answered by the phone as it is then. */
function phoneForm<F extends { customer: string }>(parts: AccountPageParts, { word, form, act }: PhoneForm<F>): Page {
  return definePage({
    method: 'POST',
    path: `/accounts/:id/phone/${word}`,
    access: 'person',
    params: accountParams,
    form,
    async handle({ params, form: given, actor, signal, partial }) {
      await act({ accountId: params.id, customer: given.customer, actor, signal }, given);
      if (partial) return { kind: 'fragment', body: await phonePart(parts, params.id, given.customer) };
      return backToPhone(params.id, given.customer);
    },
    refused: ({ params, http }, { message, status, values }) =>
      accountPage(parts, params.id, {
        customer: values['customer'],
        hidesFirstRun: hidesFirstRun(http.request),
        status,
        phone: { problem: message },
      }),
  });
}

function votePage(parts: AccountPageParts): Page {
  const { sandbox } = parts;
  return phoneForm(parts, {
    word: 'vote',
    form: object({ customer, message: required(name({ max: 100 })), option: required(integer({ min: 0 })) }),
    async act({ accountId }, { customer: voter, message: id, option }) {
      const message = (await sandbox.messages(accountId)).find((each) => each.id === id && each.customer === voter);
      await sandbox.vote(accountId, id, message?.poll ? votesAfter(message.poll, voter, option) : []);
    },
  });
}

/** What a customer has chosen after touching an option once more. */
function votesAfter(poll: NonNullable<CustomerMessage['poll']>, voter: string, touched: number): string[] {
  const chosen = poll.results.map(({ voters }) => voters.some(({ phone }) => phone === voter));
  const isOn = (index: number): boolean => {
    if (index === touched) return chosen[index] !== true;
    return poll.maxAnswers !== 1 && chosen[index] === true;
  };
  return poll.options.filter((_option, index) => isOn(index));
}

function writePage(parts: AccountPageParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/phone/write',
    access: 'person',
    params: accountParams,
    form: object({ customer, text: required(text({ max: 20_000 })) }),
    async handle({ params: { id: accountId }, form, signal, partial }) {
      await parts.sandbox.write(accountId, { type: 'text', from: form.customer, text: form.text }, signal);
      if (!partial) return backToPhone(accountId, form.customer);
      const model = { accountId, customer: form.customer, takesFocus: true };
      return { kind: 'fragment', body: <PhoneComposer model={model} /> };
    },
    refused: ({ params, http }, problem) =>
      accountPage(parts, params.id, {
        customer: problem.values['customer'],
        hidesFirstRun: hidesFirstRun(http.request),
        status: problem.status,
        composer: { problem },
      }),
  });
}

function logOutPages(parts: AccountPageParts): Page[] {
  const path = '/accounts/:id/phone/log-out';
  return [
    definePage({
      method: 'GET',
      path,
      access: 'person',
      params: accountParams,
      async handle({ params }) {
        const account = await parts.accounts.get(params.id);
        return {
          kind: 'page',
          title: 'Log out phone',
          section: 'accounts',
          body: <LogOutPhoneView account={account} />,
        };
      },
    }),
    definePage({
      method: 'POST',
      path,
      access: 'person',
      params: accountParams,
      form: object({}),
      async handle({ params }) {
        await parts.sandbox.logOut(params.id);
        return { kind: 'redirect', to: `/accounts/${params.id}`, notice: 'The phone has logged this server out.' };
      },
    }),
  ];
}

function backToPhone(accountId: string, customer: string): PageAnswer {
  return {
    kind: 'redirect',
    to: `/accounts/${accountId}?customer=${encodeURIComponent(customer)}#phone-title`,
  };
}
