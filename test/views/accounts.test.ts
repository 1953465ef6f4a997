import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Account } from '../../src/features/accounts/accounts.ts';
import { AccountRow } from '../../views/accounts/account-row.tsx';
import { type AccountsModel, AccountsView } from '../../views/accounts/accounts.tsx';
import { DeleteView } from '../../views/accounts/dialogs.tsx';
import { addressOf } from '../../views/accounts/list-address.ts';
import { NewAccountView } from '../../views/accounts/new-account.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';
import { anAccount } from '../doubles/view-models.ts';

const nothing = { connected: 0, waiting: 0, to_link: 0, needs_you: 0, paused: 0 };
const noTraffic = { sent: 0, received: 0, waiting: 0 };
const since = new Date('2026-11-25T09:15:00Z');

function aList(different: Partial<AccountsModel> = {}): AccountsModel {
  return {
    query: { text: '', state: undefined, kind: undefined, page: 1 },
    rows: [],
    counts: nothing,
    total: 0,
    pages: 1,
    pageSize: 50,
    kinds: ['whatsapp', 'sandbox'],
    ...different,
  };
}

function rowOf(different: Partial<Account>): string {
  return rendered(AccountRow, { model: { account: anAccount(different), traffic: noTraffic, back: '/accounts' } });
}

describe('a row of the list', () => {
  const statuses: [string, Partial<Account>, string, string][] = [
    ['connected', {}, 'Connected', 'Send a message'],
    [
      'reconnecting',
      {
        status: {
          status: 'disconnected',
          message: 'Reconnecting (2), because the line was lost',
          reason: 'connection_lost',
          nextStep: 'reconnect',
          since,
        },
      },
      'Reconnecting (2) since 09:15 Because the line was lost',
      'Reconnect now',
    ],
    [
      'taken by another program',
      {
        status: {
          status: 'disconnected',
          message: 'Another program has taken the line of this number',
          reason: 'replaced',
          nextStep: 'reconnect',
          since,
        },
      },
      'Disconnected since 09:15 Another program has taken the line of this number',
      'Connect',
    ],
    [
      'logged out',
      {
        linked: false,
        status: {
          status: 'auth_failed',
          message: 'Logged out: the device was removed on the phone',
          reason: 'logged_out',
          nextStep: 'link_again',
          since,
        },
      },
      'Logged out since 09:15 The device was removed on the phone',
      'Link again',
    ],
    [
      'showing a code',
      {
        linked: false,
        status: { status: 'qr_ready', message: 'Scan QR code', reason: null, nextStep: 'show_code', since },
      },
      'Scan QR code since 09:15',
      'Show the code',
    ],
    [
      'never linked',
      {
        linked: false,
        status: {
          status: 'disconnected',
          message: 'Not linked yet. Show a new code',
          reason: 'qr_timeout',
          nextStep: 'show_code',
          since,
        },
      },
      'Not linked since 09:15',
      'Show the code',
    ],
    [
      'starting without a phone',
      { linked: false, status: { status: 'initializing', message: 'Starting', reason: null, nextStep: null, since } },
      'Starting since 09:15',
      'Show the code',
    ],
    [
      'starting with a phone',
      { status: { status: 'initializing', message: 'Starting', reason: null, nextStep: null, since } },
      'Starting since 09:15',
      'Open',
    ],
    [
      'paused',
      {
        paused: true,
        status: { status: 'disconnected', message: 'Paused by you', reason: 'paused', nextStep: 'resume', since },
      },
      'Paused since 09:15 Paused by you',
      'Resume',
    ],
    [
      'failed',
      {
        status: {
          status: 'error',
          message: 'WhatsApp refused the session several times',
          reason: 'bad_session',
          nextStep: 'reconnect',
          since,
        },
      },
      'Error since 09:15 WhatsApp refused the session several times',
      'Try again',
    ],
  ];

  test.each(statuses)('that is %s says so and offers the next step', (_name, account, words, button) => {
    const html = rowOf(account);
    expect(wordsOf(html)).toContain(words);
    expect(wordsOf(/<div class="account-buttons">([^]*?)<details/.exec(html)?.[1] ?? '')).toContain(button);
  });

  test('lets nothing of a name become markup, and keeps its direction to itself', () => {
    const html = rowOf({ name: '<script>alert(1)</script>' });
    expect(html).not.toContain('<script');
    expect(html).toContain('<bdi>&lt;script>alert(1)&lt;/script></bdi>');
  });

  test('offers to unlink only where the phone can be told, and to resume only what is paused', () => {
    expect(wordsOf(rowOf({}))).toContain('Pause Reconnect Unlink phone… Delete account…');
    const paused = wordsOf(
      rowOf({ paused: true, status: { ...anAccount().status, status: 'disconnected', nextStep: 'resume' } }),
    );
    expect(paused).not.toContain('Unlink phone…');
    expect(paused).not.toContain('Reconnect');
  });
});

describe('the list', () => {
  test('without accounts offers the sandbox by one button', () => {
    const html = rendered(AccountsView, { model: aList() });
    expect(wordsOf(html)).toContain('No accounts yet Link a WhatsApp number, or try everything with a sandbox phone.');
    expect(html).toMatch(/action="\/accounts\/new"[^]*name="way" value="sandbox"[^]*Start the sandbox/);
    expect(html).not.toContain('role="search"');
  });

  test('without accounts and without a sandbox offers a real number only', () => {
    const html = rendered(AccountsView, { model: aList({ kinds: ['whatsapp'] }) });
    expect(html).not.toContain('sandbox');
    expect(wordsOf(html)).toContain('Link a number');
  });

  test('says when nothing was found and keeps what was searched for', () => {
    const query = { text: 'a"b', state: undefined, kind: 'sandbox', page: 1 } as const;
    const html = rendered(AccountsView, { model: aList({ query, counts: { ...nothing, connected: 3 } }) });
    expect(wordsOf(html)).toContain('Nothing found');
    expect(html).toContain('value="a&quot;b"');
    expect(html).toMatch(/<option value="sandbox" selected/);
  });

  test('of one account is a table for those who hear it, on a phone too', () => {
    const rows = [{ account: anAccount(), traffic: { sent: 1200, received: 7, waiting: 1 } }];
    const html = rendered(AccountsView, { model: aList({ rows, total: 1, counts: { ...nothing, connected: 1 } }) });
    expect(html.match(/role="columnheader"/g)).toHaveLength(6);
    expect(html.match(/role="rowheader"/g)).toHaveLength(1);
    expect(html.match(/role="cell"/g)).toHaveLength(5);
    expect(wordsOf(html)).toContain('Sent 1,200 Received 7 Waiting 1');
    expect(wordsOf(html)).toMatch(/1 account$/);
  });

  test('of five hundred shows fifty at a time, in a small page, with links to the others', () => {
    const rows = Array.from({ length: 50 }, (_, index) => ({
      account: anAccount({
        id: `acc_${index}`,
        name: `Account number ${index}`,
        phone: `+49151${10_000_000 + index * 7919}`,
      }),
      traffic: { sent: index * 31, received: index * 17, waiting: index % 3 },
    }));
    const query = { text: 'number', state: undefined, kind: undefined, page: 3 };
    const counts = { ...nothing, connected: 500 };
    const html = rendered(AccountsView, { model: aList({ query, rows, total: 500, pages: 10, counts }) });
    expect(gzipSync(html).length).toBeLessThan(20_000);
    expect(wordsOf(html)).toContain('101–150 of 500 accounts Previous Page 3 of 10 Next');
    expect(html).toContain('href="/accounts?text=number&amp;page=2"');
    expect(html).toContain('href="/accounts?text=number&amp;page=4"');
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test('an address holds what is searched for and leaves out what is usual', () => {
  const query = { text: '', state: undefined, kind: undefined, page: 1 };
  expect(addressOf('/accounts', query)).toBe('/accounts');
  expect(addressOf('/accounts', query, { text: 'a&b', state: 'needs_you', kind: 'whatsapp', page: 2 })).toBe(
    '/accounts?text=a%26b&state=needs_you&kind=whatsapp&page=2',
  );
});

test('the question before a delete names what is lost and asks for the name', () => {
  const words = wordsOf(
    rendered(DeleteView, { model: { account: anAccount({ name: 'Shop' }), back: '/accounts', messageCount: 12_345 } }),
  );
  expect(words).toContain('12,345 messages with their chats are deleted');
  expect(words).toContain('Type Shop to delete it.');
});

test('a new account starts with the chosen way and a name for it', () => {
  const suggestions = { sandbox: 'My sandbox', qr: 'My WhatsApp 2', code: 'My WhatsApp 2' };
  const html = rendered(NewAccountView, { model: { ways: ['sandbox', 'qr', 'code'], way: 'qr', suggestions } });
  expect(html).toMatch(/value="qr" checked/);
  expect(html).toMatch(/name="name"[^>]*value="My WhatsApp 2"/);
  const refused = { message: '', fields: [{ field: 'name', message: 'is required' }], values: { way: 'code' } };
  const again = rendered(NewAccountView, { model: { ways: ['qr', 'code'], way: 'qr', suggestions, problem: refused } });
  expect(again).toMatch(/value="code" checked/);
  expect(wordsOf(again)).toContain('Name is required.');
  expect(again).not.toContain('value="sandbox"');
});
