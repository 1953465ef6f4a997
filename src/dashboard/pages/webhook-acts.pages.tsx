import type Joi from 'joi';
import type { VNode } from 'preact';
import {
  DeleteWebhookView,
  RecoverView,
  ReplayView,
  RotateSecretView,
  secretOverlaps,
  type WebhookDialogModel,
} from '../../../views/webhooks/dialogs.tsx';
import { secretNameOf } from '../../../views/webhooks/secret.tsx';
import { hostOf } from '../../../views/partials/webhook-state.tsx';
import {
  type Deliveries,
  deliveryKeyField,
  webhookId,
  webhookParams,
  type Webhooks,
} from '../../features/webhooks/webhooks.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { invalidField } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { name, object, oneOf, required, text } from '../../platform/schema.ts';
import type { Actor } from '../../platform/actor.ts';
import { instantOf, localText } from '../local-time.ts';
import { ownPath } from '../own-path.ts';
import { backField } from './act-answers.ts';
import { orWebhookGone, webhookModel, type WebhookModelParts, webhookPage } from './webhook-page.tsx';

export interface WebhookActsParts extends WebhookModelParts {
  webhooks: WebhookModelParts['webhooks'] & Pick<Webhooks, 'remove' | 'rotateSecret'>;
  deliveries: Pick<Deliveries, 'retry' | 'retryDead' | 'replay'>;
  database: Pick<Database, 'transaction'>;
  /** In which people say times. */
  timeZone: string;
  clock: Clock;
}

const hourMs = 3_600_000;
const timeField = text({ max: 40 });

/** What is done to a webhook: each is asked for on a page of its own, which the script shows as a dialog. */
export function webhookActsPages(parts: WebhookActsParts): Page[] {
  return [
    ...deletePages(parts),
    ...rotatePages(parts),
    ...recoverPages(parts),
    ...replayPages(parts),
    resendPage(parts),
  ];
}

function deletePages(parts: WebhookActsParts): Page[] {
  return dialogPages(parts, {
    word: 'delete',
    title: 'Delete webhook',
    body: (model) => <DeleteWebhookView model={model} />,
    form: object({ host: required(name({ max: 300 })) }),
    async act({ model: { webhook }, form, actor }) {
      const host = hostOf(webhook.url);
      if (form.host !== host) throw invalidField('host', `must be “${host}”, as it is written`);
      const by = { accountId: undefined, actor, ifMatch: undefined };
      await parts.database.transaction((tx) => parts.webhooks.remove(tx, webhook.id, by));
      return { kind: 'redirect', to: '/webhooks', notice: `Deleted the webhook to ${host}.` };
    },
  });
}

function rotatePages(parts: WebhookActsParts): Page[] {
  return dialogPages(parts, {
    word: 'rotate-secret',
    title: 'Rotate secret',
    body: (model) => <RotateSecretView model={model} />,
    form: object({ overlap: required(oneOf(...secretOverlaps.map(({ value }) => value))) }),
    async act({ model: { webhook }, form, actor }) {
      const overlap = secretOverlaps.find(({ value }) => value === form.overlap) ?? secretOverlaps[0];
      const by = { accountId: undefined, actor };
      const { secret } = await parts.database.transaction((tx) =>
        parts.webhooks.rotateSecret(tx, webhook.id, overlap.hours, by),
      );
      return {
        kind: 'redirect',
        to: `/webhooks/${webhook.id}/settings`,
        notice: `The new secret is made. ${overlap.sentence}`,
        once: { name: secretNameOf(webhook.id), value: secret },
      };
    },
  });
}

function recoverPages(parts: WebhookActsParts): Page[] {
  return dialogPages(parts, {
    word: 'recover',
    title: 'Recover failed deliveries',
    body: (model) => <RecoverView model={{ ...model, from: '', to: '' }} />,
    form: object({ from: timeField, to: timeField }),
    async act({ model: { webhook }, form, actor }) {
      const { from, to } = rangeOf(form, parts.timeZone);
      const range = { ...(from && { from }), ...(to && { to }) };
      const by = { accountId: undefined, actor };
      const count = await parts.database.transaction((tx) => parts.deliveries.retryDead(tx, webhook.id, range, by));
      return sentAgain(webhook.id, count, 'Nothing was given up within this time.');
    },
  });
}

function replayPages(parts: WebhookActsParts): Page[] {
  const { timeZone, clock } = parts;
  return dialogPages(parts, {
    word: 'replay',
    title: 'Replay',
    body(model) {
      const now = clock.now();
      const from = localText(new Date(now.getTime() - hourMs), timeZone);
      return <ReplayView model={{ ...model, from, to: localText(now, timeZone) }} />;
    },
    form: object({ from: required(timeField), to: required(timeField) }),
    async act({ model: { webhook }, form, actor }) {
      const { from, to } = rangeOf(form, timeZone);
      if (!from || !to) throw invalidField(from ? 'to' : 'from', 'is required');
      const by = { accountId: undefined, actor };
      const count = await parts.database.transaction((tx) => parts.deliveries.replay(tx, webhook.id, { from, to }, by));
      return sentAgain(webhook.id, count, 'Nothing happened within this time that this webhook wants.');
    },
  });
}

/** A field names a minute: until then means until it is over. */
function rangeOf(form: { from?: string; to?: string }, timeZone: string): { from?: Date; to?: Date } {
  const read = (field: 'from' | 'to'): Date | undefined => {
    const typed = form[field];
    if (typed === undefined) return undefined;
    const at = instantOf(typed, timeZone);
    if (!at) throw invalidField(field, 'must be a date and a time');
    return at;
  };
  const [from, until] = [read('from'), read('to')];
  if (from && until && until < from) throw invalidField('to', 'must not be before the beginning');
  const to = until && new Date(until.getTime() + 59_999);
  return { ...(from && { from }), ...(to && { to }) };
}

function sentAgain(webhookId: string, count: number, nothing: string): PageAnswer {
  const many = count === 1 ? '1 delivery is' : `${count.toLocaleString('en-GB')} deliveries are`;
  const notice = count === 0 ? { words: nothing, tone: 'warn' as const } : `${many} sent again now.`;
  return { kind: 'redirect', to: `/webhooks/${webhookId}`, notice };
}

function resendPage({ deliveries, database }: WebhookActsParts): Page {
  const pathOf = ({ id, delivery }: { id: string; delivery: string }): string =>
    `/webhooks/${id}/deliveries/${delivery}`;
  return definePage({
    method: 'POST',
    path: '/webhooks/:id/deliveries/:delivery/resend',
    access: 'person',
    params: object({ id: required(webhookId), delivery: required(deliveryKeyField) }),
    form: object({ back: backField }),
    async handle({ params, form, actor }) {
      await database.transaction((tx) => deliveries.retry(tx, params.delivery, { accountId: undefined, actor }));
      return { kind: 'redirect', to: ownPath(form.back, pathOf(params)), notice: 'The delivery is sent again now.' };
    },
    refused: ({ params }, { message, values }) =>
      Promise.resolve({
        kind: 'redirect',
        to: ownPath(values['back'], pathOf(params)),
        notice: { words: message, tone: 'warn' },
      }),
  });
}

interface Dialog<F> {
  /** Last part of its address. */
  word: string;
  title: string;
  body: (model: WebhookDialogModel) => VNode;
  form: Joi.AnySchema<F>;
  act: (asked: { model: Omit<WebhookDialogModel, 'problem'>; form: F; actor: Actor }) => Promise<PageAnswer>;
}

/** The page that asks, and the act; what was refused is asked again with what was typed. */
function dialogPages<F>(parts: WebhookActsParts, { word, title, body, form, act }: Dialog<F>): Page[] {
  const shared = { path: `/webhooks/:id/${word}`, access: 'person', params: webhookParams } as const;

  async function show(id: string, problem?: Refusal): Promise<PageAnswer> {
    const model = { ...(await webhookModel(parts, id)), problem };
    return webhookPage(title, model.webhook, body(model), problem?.status);
  }

  return [
    definePage({ ...shared, method: 'GET', handle: ({ params }) => show(params.id) }),
    definePage({
      ...shared,
      method: 'POST',
      form,
      handle: ({ params, form: given, actor }) =>
        orWebhookGone(async () => act({ model: await webhookModel(parts, params.id), form: given, actor })),
      refused: ({ params }, refusal) => orWebhookGone(() => show(params.id, refusal)),
    }),
  ];
}
