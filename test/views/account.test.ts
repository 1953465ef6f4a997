import { describe, expect, test } from 'vitest';
import type { Account } from '../../src/features/accounts/accounts.ts';
import { ApiKeyCard } from '../../views/account/api-key.tsx';
import { FirstRun } from '../../views/account/first-run.tsx';
import { AccountHeader } from '../../views/account/header.tsx';
import { SendCard } from '../../views/account/send.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';
import { anAccount } from '../doubles/view-models.ts';

type Step = Account['status'];

function headerWith(status: Partial<Step>, different: Partial<Account> = {}): string {
  const account = anAccount(different);
  return rendered(AccountHeader, { account: { ...account, status: { ...account.status, ...status } } });
}

describe('The header has the next step as its one button', () => {
  const codeSteps = { status: 'qr_ready', nextStep: 'show_code', message: 'Scan QR code' } as const;
  const lost = { status: 'disconnected', nextStep: 'reconnect', message: 'Reconnecting (2)' } as const;
  const steps: [string, Partial<Step>, string][] = [
    ['Show the code', codeSteps, 'href="/accounts/acc_1/link"'],
    ['Link again', { status: 'auth_failed', nextStep: 'link_again' }, 'value="/accounts/acc_1/link"'],
    ['Reconnect now', lost, 'action="/accounts/acc_1/reconnect"'],
    ['Connect', { ...lost, reason: 'replaced' }, 'action="/accounts/acc_1/reconnect"'],
    ['Try again', { ...lost, status: 'error' }, 'action="/accounts/acc_1/reconnect"'],
    ['Resume', { ...lost, nextStep: 'resume' }, 'action="/accounts/acc_1/resume"'],
  ];
  test.each(steps)('%s', (word, status, target) => {
    const html = headerWith(status);
    const [button = ''] = /<(?:a|button)[^>]*button-primary[^]*?<\/(?:a|button)>/.exec(html) ?? [];
    expect(wordsOf(button)).toBe(word);
    expect(html).toContain(target);
    expect(html.match(/button-primary/g)).toHaveLength(1);
  });

  test('none while nothing is to be done', () => {
    expect(headerWith({})).not.toContain('button-primary');
  });
});

test('the header says since when, in the words of its status, and what the last link changed', () => {
  const notice = 'Now linked to another number.';
  const words = wordsOf(headerWith({}, { notice }));
  expect(words).toContain('Connected Connected as +9990000000001 · since 11:30');
  expect(words).toContain('Now linked to another number. I have read it');
});

test('its menu leads to what belongs to the account', () => {
  const [menu = ''] = /<details data-menu[^]*?<\/details>/.exec(headerWith({})) ?? [];
  const links = [...menu.matchAll(/<a[^>]* href="([^"?]*)/g)].map(([, href]) => href);
  const words = ['key', 'settings', 'webhooks', 'rename', 'unlink', 'delete'];
  expect(links).toEqual(words.map((word) => `/accounts/acc_1/${word}`));
});

test('a name is text and never markup', () => {
  expect(headerWith({}, { name: '<b>Shop</b>' })).toContain('<bdi>&lt;b>Shop&lt;/b></bdi>');
});

describe('The first steps', () => {
  const stepsOf = (milestones: { sent: boolean; received: boolean; calledByApi: boolean }): string =>
    rendered(FirstRun, { account: anAccount(), milestones });

  test('a call is waited for until it has come', () => {
    expect(wordsOf(stepsOf({ sent: true, received: true, calledByApi: false }))).toContain('Waiting for your call…');
    expect(wordsOf(stepsOf({ sent: true, received: true, calledByApi: true }))).not.toContain('Waiting');
  });

  test('what is done is told by a word', () => {
    const html = stepsOf({ sent: true, received: false, calledByApi: false });
    expect(html.match(/aria-label="Done"/g)).toHaveLength(2);
    expect(html.match(/aria-label="To do"/g)).toHaveLength(2);
    expect(wordsOf(html)).toContain('2 of 4 done');
  });
});

describe('The send form', () => {
  const model = { accountId: 'acc_1', to: '+9995550101', text: "It's here" };

  test('shows its own call of the API, safe to paste', () => {
    const html = rendered(SendCard, { model, firstRun: false });
    const [, shown = ''] = /<pre id="send-curl"[^>]*>([^<]*)</.exec(html) ?? [];
    const call = shown.replaceAll('&quot;', '"');
    expect(call).toContain('curl -X POST "https://switchboard.example/api/send"');
    expect(call).toContain('"Authorization: Bearer $KEY"');
    expect(call).toContain(String.raw`-d '{"to":"+9995550101","text":"It'\''s here"}'`);
    expect(call).not.toContain('sk_');
  });

  test('shows the call with a key of this account that is shown once, and with no other', () => {
    const callWith = (name: string): string =>
      rendered(SendCard, { model, firstRun: true }, { once: { name, value: 'sk_test_new' } });
    expect(callWith('api-key:acc_1')).toContain('KEY=sk_test_new');
    expect(callWith('api-key:acc_2')).not.toContain('sk_test_new');
  });

  test('keeps what was typed and marks the field that was refused', () => {
    const fields = [{ field: 'to', message: 'is not a phone number or chat address' }];
    const values = { to: 'nobody', text: 'Kept' };
    const problem = { message: 'to is not a phone number or chat address', fields, values };
    const html = rendered(SendCard, { model: { ...model, problem }, firstRun: false });
    expect(html).toContain('value="nobody"');
    expect(html).toContain('>Kept</textarea>');
    expect(html).toContain('href="#send-to"');
    expect(wordsOf(html)).toContain('To is not a phone number or chat address.');
  });
});

test('a key is shown by its prefix and last four, and whole only once', () => {
  const account = anAccount();
  expect(wordsOf(rendered(ApiKeyCard, { account }))).toContain('sk_test_…9xYz');
  const once = { name: 'api-key:acc_1', value: 'sk_test_whole' };
  expect(wordsOf(rendered(ApiKeyCard, { account }, { once }))).toContain('It is shown only this once. sk_test_whole');
});
