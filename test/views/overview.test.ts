import { describe, expect, test } from 'vitest';
import { ChecklistView } from '../../views/overview/checklist.tsx';
import { LatestEventsView } from '../../views/overview/latest-events.tsx';
import { NeedsYouView } from '../../views/overview/needs-you.tsx';
import { OverviewView, type OverviewModel } from '../../views/overview/overview.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';
import { anAccount } from '../doubles/view-models.ts';

const noSteps = { account: false, linked: false, sent: false, received: false, called: false, webhook: false };
const since = new Date('2026-11-25T11:30:00Z');
const loggedOut = anAccount({
  status: { status: 'auth_failed', message: 'Logged out: by the phone', reason: 'x', nextStep: 'link_again', since },
});

function overview(different: Partial<OverviewModel> = {}): string {
  const figures = { connected: 1, accounts: 2, sent: 1234, received: 5, waiting: 6, webhookSuccess: 0.983 };
  const model = {
    figures,
    needing: { accounts: [], notifications: [] },
    events: [],
    checklist: undefined,
    firstAccountId: 'acc_1',
    offersSandbox: true,
  };
  return rendered(OverviewView, { model: { ...model, ...different } });
}

test('the figures stand in one line', () => {
  const words = wordsOf(overview());
  expect(words).toContain(
    'Connected 1 of 2 Sent today 1,234 Received today 5 Waiting to be sent 6 Webhook success 98 % in 24 h',
  );
});

test('an account that needs a person has its status, a sentence, since when, and one button', () => {
  const html = rendered(NeedsYouView, { accounts: [loggedOut], notifications: [] });
  expect(wordsOf(html)).toContain('Shop Sandbox Logged out Logged out: by the phone · 30 min ago Link again ( Shop )');
  expect(html.match(/class="button/g)).toHaveLength(1);
});

test('what nobody has seen yet has a sentence, when it was, where to act, and a button that puts it away', () => {
  const sentence = 'Another program has taken the line';
  const notification = { id: 'ntf_1', account: 'Office', sentence, path: '/accounts/acc_2', at: since };
  const html = rendered(NeedsYouView, { accounts: [loggedOut], notifications: [notification] });
  expect(wordsOf(html)).toContain('Needs you 2 ');
  expect(wordsOf(html)).toContain(`Office ${sentence} · 30 min ago Mark as read ( Office )`);
  expect(html).toContain('href="/accounts/acc_2"');
  expect(html).toContain('action="/notifications/ntf_1/read"');

  const ofServer = { ...notification, account: null, path: null };
  const alone = rendered(NeedsYouView, { accounts: [], notifications: [ofServer] });
  expect(wordsOf(alone)).toContain(`This server ${sentence}`);
  expect(alone).not.toContain('<a ');
});

test('when no account needs a person, that is said', () => {
  expect(wordsOf(overview())).toContain('No account is waiting for you.');
});

test('of very many accounts that need a person the first are shown and the others counted', () => {
  const accounts = Array.from({ length: 500 }, (_, index) => ({ ...loggedOut, id: `acc_${index}` }));
  const html = rendered(NeedsYouView, { accounts, notifications: [] });
  expect(html.match(/id="need-acc_/g)).toHaveLength(10);
  expect(wordsOf(html)).toContain('490 more accounts');
});

describe('without an account', () => {
  test('the page asks how to start, and shows no figures', () => {
    const html = overview({ firstAccountId: undefined, checklist: noSteps });
    expect(wordsOf(html)).toContain('How do you want to start?');
    expect(html).toContain('href="/accounts/new?kind=sandbox"');
    expect(html).toContain('href="/accounts/new?kind=whatsapp"');
    expect(html).not.toContain('Sent today');
  });

  test('a sandbox phone is offered only where the server has them', () => {
    const html = overview({ firstAccountId: undefined, offersSandbox: false });
    expect(html).not.toMatch(/sandbox/i);
    expect(html).toContain('href="/accounts/new?kind=whatsapp"');
  });
});

describe('the first steps', () => {
  test('are ticked as they are taken, and lead to where they are taken', () => {
    const steps = { ...noSteps, account: true };
    const html = rendered(ChecklistView, { steps, firstAccountId: 'acc_7' });
    expect(wordsOf(html)).toContain('2 of 7 done Set up the admin (done) Add an account (done) Link a phone Send');
    expect(html).toContain('href="/accounts/acc_7"');
    expect(html).toContain('action="/checklist/put-away"');
  });

  test('leave an empty part behind, which stays empty when it asks again', () => {
    const html = rendered(ChecklistView, { steps: undefined, firstAccountId: undefined });
    expect(html).toMatch(/^<section hidden id="checklist"[^>]*><\/section>$/);
  });
});

test('names that people gave are text and never markup', () => {
  const evil = '<img src=x>"\'';
  const event = {
    id: 'evt_1',
    icon: 'inbox',
    before: 'From ',
    who: evil,
    after: '',
    account: { id: 'acc_1', name: evil },
  };
  const notification = { id: 'ntf_1', account: evil, sentence: evil, path: '/accounts/acc_1', at: since };
  const needing = { accounts: [{ ...loggedOut, name: evil }], notifications: [notification] };
  const html = overview({ needing, events: [{ ...event, at: since }] });
  expect(html).not.toContain('<img');
  expect(html.match(/<bdi>&lt;img src=x>&quot;'<\/bdi>/g)).toHaveLength(6);
});

test('each part can be asked for alone and answers with its own element', () => {
  const html = overview({ checklist: noSteps });
  for (const part of ['figures', 'needs-you', 'latest-events', 'checklist']) expect(html).toContain(`id="${part}"`);
  expect(rendered(LatestEventsView, { events: [] })).toMatch(/^<section [^>]*id="latest-events"/);
});
