import { ChecklistView } from '../../../views/overview/checklist.tsx';
import { type FiguresModel, FiguresView } from '../../../views/overview/figures.tsx';
import { type EventModel, LatestEventsView } from '../../../views/overview/latest-events.tsx';
import { type NeedsYouModel, NeedsYouView } from '../../../views/overview/needs-you.tsx';
import { OverviewView } from '../../../views/overview/overview.tsx';
import type { Account, AccountKind, Accounts } from '../../features/accounts/accounts.ts';
import type { Checklist } from '../../features/checklist/checklist.ts';
import type { EventLog } from '../../features/events/events.ts';
import type { Messages } from '../../features/messages/messages.ts';
import type { Notifications } from '../../features/notifications/notifications.ts';
import type { Webhooks } from '../../features/webhooks/webhooks.ts';
import type { Clock } from '../../platform/clock.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { object, required, text } from '../../platform/schema.ts';
import { startOfDay } from '../start-of-day.ts';
import { eventWords } from './event-words.ts';
import { needingPerson } from './needs-you.ts';

export interface OverviewParts {
  accounts: Pick<Accounts, 'list'>;
  messages: Pick<Messages, 'traffic'>;
  eventLog: Pick<EventLog, 'latest'>;
  notifications: Pick<Notifications, 'unread' | 'markRead'>;
  checklist: Checklist;
  webhooks: Pick<Webhooks, 'successRate24h'>;
  /** Kinds of accounts that this server offers. */
  kinds: readonly AccountKind[];
  /** Whose day it is that the figures count. */
  timeZone: string;
  clock: Clock;
}

const latestEvents = 12;
const unreadShown = 10;
const pageSize = 500;

export function overviewPages(parts: OverviewParts): Page[] {
  const { checklist } = parts;
  const everyAccount = (): Promise<Account[]> => listAll(parts.accounts);

  return [
    definePage({
      method: 'GET',
      path: '/',
      access: 'person',
      async handle() {
        const accounts = await everyAccount();
        const model = {
          figures: await figuresOf(accounts, parts),
          needing: await needingOf(accounts, parts),
          events: await eventsOf(accounts, parts.eventLog),
          checklist: await checklist.open(),
          firstAccountId: accounts[0]?.id,
          offersSandbox: parts.kinds.includes('sandbox'),
        };
        return { kind: 'page', title: 'Overview', section: 'overview', body: <OverviewView model={model} /> };
      },
    }),
    definePage({
      method: 'GET',
      path: '/ui/overview/figures',
      access: 'person',
      async handle() {
        return { kind: 'fragment', body: <FiguresView model={await figuresOf(await everyAccount(), parts)} /> };
      },
    }),
    definePage({
      method: 'GET',
      path: '/ui/overview/needs-you',
      access: 'person',
      async handle() {
        return { kind: 'fragment', body: <NeedsYouView {...await needingOf(await everyAccount(), parts)} /> };
      },
    }),
    definePage({
      method: 'POST',
      path: '/notifications/:id/read',
      access: 'person',
      params: object({ id: required(text({ max: 40, pattern: /^ntf_[0-9a-z]{1,30}$/ })) }),
      form: object({}),
      async handle({ params }) {
        await parts.notifications.markRead(params.id);
        return { kind: 'redirect', to: '/' };
      },
    }),
    definePage({
      method: 'GET',
      path: '/ui/overview/events',
      access: 'person',
      async handle() {
        const events = await eventsOf(await everyAccount(), parts.eventLog);
        return { kind: 'fragment', body: <LatestEventsView events={events} /> };
      },
    }),
    ...checklistPages(parts),
  ];
}

function checklistPages({ accounts, checklist }: OverviewParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/ui/overview/checklist',
      access: 'person',
      async handle() {
        const [first] = await accounts.list(null, 1);
        const body = <ChecklistView steps={await checklist.open()} firstAccountId={first?.id} />;
        return { kind: 'fragment', body };
      },
    }),
    definePage({
      method: 'POST',
      path: '/checklist/put-away',
      access: 'person',
      form: object({}),
      async handle() {
        await checklist.putAway();
        return { kind: 'redirect', to: '/', notice: 'The first steps are put away.' };
      },
    }),
  ];
}

async function listAll(accounts: Pick<Accounts, 'list'>): Promise<Account[]> {
  const all: Account[] = [];
  for (;;) {
    const page = await accounts.list(all.at(-1)?.id ?? null, pageSize);
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

async function figuresOf(accounts: readonly Account[], parts: OverviewParts): Promise<FiguresModel> {
  const ids = accounts.map(({ id }) => id);
  const since = startOfDay(parts.clock.now(), parts.timeZone);
  const figures = {
    connected: accounts.filter(({ status }) => status.status === 'ready').length,
    accounts: accounts.length,
    sent: 0,
    received: 0,
    waiting: 0,
    webhookSuccess: await parts.webhooks.successRate24h(),
  };
  for (const { sent, received, waiting } of (await parts.messages.traffic(ids, since)).values()) {
    figures.sent += sent;
    figures.received += received;
    figures.waiting += waiting;
  }
  return figures;
}

async function needingOf(accounts: readonly Account[], parts: OverviewParts): Promise<NeedsYouModel> {
  const needing = needingPerson(accounts, parts.clock.now());
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  // Of an account that waits for a person its own line tells more.
  const ids = needing.map(({ id }) => id);
  const notifications = (await parts.notifications.unread(ids, unreadShown)).map(
    ({ id, accountId, sentence, path, at }) => ({
      id,
      account: accountId === null ? null : (names.get(accountId) ?? accountId),
      sentence,
      path,
      at,
    }),
  );
  return { accounts: needing, notifications };
}

async function eventsOf(accounts: readonly Account[], eventLog: OverviewParts['eventLog']): Promise<EventModel[]> {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return (await eventLog.latest(latestEvents)).map(({ id, accountId, names: kinds, data, createdAt }) => ({
    id,
    ...eventWords(kinds, data),
    account: { id: accountId, name: names.get(accountId) ?? accountId },
    at: createdAt,
  }));
}
