import { describe, expect, test } from 'vitest';
import { retryDelaysMs, type Delivery, type Webhook } from '../../src/features/webhooks/webhooks.ts';
import { AccountWebhooks } from '../../views/account/webhooks.tsx';
import { inPercent } from '../../views/partials/percent.ts';
import { EventChecklist } from '../../views/webhooks/checklist.tsx';
import { DeliveryList, type DeliveriesModel } from '../../views/webhooks/deliveries.tsx';
import { WebhookHeader } from '../../views/webhooks/header.tsx';
import { Schedule } from '../../views/webhooks/schedule.tsx';
import { SuccessBar } from '../../views/partials/webhook-state.tsx';
import { WebhookList } from '../../views/webhooks/webhook-list.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';

const evil = '<img src=x>';
const at = new Date('2026-11-25T11:30:00Z');
const owner = { id: 'acc_1', name: evil, kind: 'sandbox' } as const;

function aWebhook(different: Partial<Webhook> = {}): Webhook {
  return {
    id: 'wh_1',
    accountId: 'acc_1',
    url: 'https://hooks.example.org/path?key=secret',
    events: ['message'],
    active: true,
    media: 'link',
    headers: {},
    timeoutSeconds: 15,
    maxInFlight: 5,
    health: 'healthy',
    healthMessage: null,
    pausedReason: null,
    lastSuccessAt: at,
    lastFailureAt: null,
    successRate24h: 0.995,
    waiting: 1234,
    dead: 0,
    warnings: [],
    createdAt: at,
    updatedAt: at,
    ...different,
  };
}

function aDelivery(different: Partial<Delivery> = {}): Delivery {
  return {
    id: 'dlv_1_7',
    webhookId: 'wh_1',
    sequence: 7,
    accountId: 'acc_1',
    eventId: 'evt_7',
    event: 'message',
    status: 'delivered',
    attempts: 1,
    nextAttemptAt: null,
    lastStatus: 200,
    lastError: null,
    replay: false,
    createdAt: at,
    endedAt: at,
    ...different,
  };
}

describe('the list', () => {
  const model = { accountId: undefined, after: undefined, next: undefined, hasAccounts: true };

  test('shows of each webhook its host, whose it is, how it is and how much waits, but nothing more of its address', () => {
    const html = rendered(WebhookList, { model: { ...model, rows: [{ webhook: aWebhook(), owner }] } });
    expect(wordsOf(html)).toContain(
      'hooks.example.org &lt;img src=x> Sandbox Healthy Success in 24 h 99.5 % Waiting 1,234 Dead 0 Last success 30 min ago',
    );
    expect(html).not.toContain('secret');
    expect(html).not.toContain(evil);
  });

  test('of nothing has one button: to the form, for the account that was asked for, or first to an account', () => {
    const buttons = (different: object): unknown[] => {
      const html = rendered(WebhookList, { model: { ...model, rows: [], ...different } });
      return [...html.matchAll(/class="button[^>]* href="([^"]*)"/g)].map(([, href]) => href);
    };
    expect(buttons({})).toEqual(['/webhooks/new']);
    expect(buttons({ accountId: 'acc_1' })).toEqual(['/webhooks/new?account=acc_1']);
    expect(buttons({ hasAccounts: false })).toEqual(['/accounts/new']);
  });
});

describe('the tab of an account', () => {
  const model = { accountId: 'acc_1', after: undefined, next: undefined, hasAccounts: true };
  const rows = [{ webhook: aWebhook({ health: 'failing', healthMessage: 'The last 3 attempts failed.' }) }];

  test('shows them as the list of all does, without saying on each whose it is, and leads to a new one', () => {
    const html = rendered(AccountWebhooks, { model: { ...model, rows } });
    expect(wordsOf(html)).toMatch(
      /^Each tells .* Add webhook .* hooks\.example\.org Failing The last 3 attempts failed\. .* Waiting 1,234 Dead 0 /,
    );
    expect(html).toContain('href="/webhooks/new?account=acc_1"');
    expect(html).not.toContain('secret');
  });

  test('follows these webhooks, and those that are added to the account, but none of others', () => {
    const html = rendered(AccountWebhooks, { model: { ...model, rows } });
    expect(html).toContain('data-live="roster webhooks:acc_1 webhook:wh_1"');
  });

  test('without any says the same as the page of all does of this account, with the same one button', () => {
    const empty = { ...model, rows: [] };
    const words = wordsOf(rendered(AccountWebhooks, { model: empty }));
    expect(words).toBe(
      'This account has no webhook A webhook tells a server of yours what happens to an account, as soon as it happens. Add webhook',
    );
    expect(wordsOf(rendered(WebhookList, { model: empty }))).toBe(words);
  });

  test('leads from page to page within itself', () => {
    const links = (different: object): unknown[] => {
      const html = rendered(AccountWebhooks, { model: { ...model, rows, ...different } });
      return [...html.matchAll(/<a href="(\/accounts[^"]*)"/g)].map(([, href]) => href);
    };
    expect(links({ next: 'wh_1' })).toEqual(['/accounts/acc_1/webhooks?after=wh_1']);
    expect(links({ after: 'wh_0' })).toEqual(['/accounts/acc_1/webhooks']);
  });
});

describe('the head of a webhook', () => {
  const header = (different: Partial<Webhook>): string =>
    rendered(WebhookHeader, { model: { webhook: aWebhook(different), owner } });

  test('offers to pause it, and shows each warning', () => {
    const html = header({ warnings: ['More than 10,000 deliveries wait.'] });
    expect(html).toContain('action="/webhooks/wh_1/pause"');
    expect(html).toMatch(/notice-warn.*More than 10,000 deliveries wait\./);
  });

  test('says why it is paused and offers to switch it on; what paused itself is red', () => {
    const paused = { active: false, health: 'paused', healthMessage: 'Paused, because.' } as const;
    const byItself = header({ ...paused, pausedReason: 'gone' });
    expect(wordsOf(byItself)).toContain('Switch on Paused Paused, because.');
    expect(byItself).toContain('tone-bad');
    expect(byItself).toContain('action="/webhooks/wh_1/resume"');
    expect(header({ ...paused, pausedReason: 'by_hand' })).toContain('tone-idle');
  });
});

describe('a delivery in the list', () => {
  const words = (delivery: Partial<Delivery>, webhook: Partial<Webhook> = {}): string => {
    const list = { status: undefined, before: undefined, older: null, errors: [], deliveries: [aDelivery(delivery)] };
    const model: DeliveriesModel = { ...list, webhook: aWebhook(webhook), owner };
    return wordsOf(rendered(DeliveryList, { model }));
  };
  const failed = { lastStatus: 500, lastError: 'The endpoint answered 500.', attempts: 2 };
  const next = { nextAttemptAt: new Date('2026-11-25T12:05:00Z'), endedAt: null };

  test.each([
    [
      'waits',
      { ...next, status: 'waiting', attempts: 0 },
      'Waiting message evt_7 Not tried yet. Next attempt not before 12:05 .',
    ],
    [
      'failed',
      { ...failed, ...next, status: 'retrying' },
      'Retrying message evt_7 The endpoint answered 500. Next attempt not before 12:05 .',
    ],
    [
      'was delivered',
      { replay: true },
      'Delivered message evt_7 Sent again The endpoint answered 200. 30 min ago 1 attempt Resend',
    ],
    [
      'was given up',
      { ...failed, status: 'dead' },
      'Dead message evt_7 The endpoint answered 500. Given up. 30 min ago 2 attempts',
    ],
  ] as const)('that %s says so and what follows', (_what, delivery, sentence) => {
    expect(words(delivery)).toContain(sentence);
  });

  test('of a paused webhook is held', () => {
    const held = words({ ...failed, ...next, status: 'retrying' }, { active: false });
    expect(held).toContain('The endpoint answered 500. Held until the webhook is switched on.');
    expect(held).not.toContain('Next attempt');
  });
});

test('the checklist ticks what is chosen and counts it, after a refusal what was typed', () => {
  const groups = [
    { title: 'All', events: ['a', 'b', 'c'].map((name) => ({ name, text: evil, sample: { id: name } })) },
  ];
  const shown = (problem?: { message: string; fields: []; values: Record<string, string> }): string =>
    rendered(EventChecklist, { form: 'f', groups, chosen: ['a'], problem });
  expect(wordsOf(shown())).toContain('Events 1 of 3');
  expect(shown()).toMatch(/name="events\.a" value="true" checked/);
  expect(wordsOf(shown())).toContain('Sample of a { &quot;id&quot;: &quot;a&quot; }');
  const after = shown({ message: '', fields: [], values: { 'events.b': 'true', 'events.c': 'true' } });
  expect(wordsOf(after)).toContain('Events 2 of 3');
  expect(after).not.toMatch(/name="events\.a" value="true" checked/);
});

test('the schedule is drawn with a point for each attempt, and told in a table', () => {
  const html = rendered(Schedule, { model: { delaysMs: retryDelaysMs } });
  expect(html.match(/<circle/g)).toHaveLength(10);
  const words = wordsOf(html);
  expect(words).toContain('2 5 s about 5 s 3 5 min about 5 min 4 30 min about 35 min 5 2 h about 2.6 h');
  expect(words).toContain('10 24 h about 3.2 days');
});

test.each([
  [1, '100 %'],
  [0.9999, '99.9 %'],
  [0.94, '94 %'],
  [0.001, '<1 %'],
  [0, '0 %'],
])('a share of %d is %s', (share, words) => {
  expect(inPercent(share)).toBe(words);
  expect(rendered(SuccessBar, { rate: share })).toContain(`value="${share}"`);
});
