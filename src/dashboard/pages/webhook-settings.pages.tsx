import { WebhookEventsView } from '../../../views/webhooks/events.tsx';
import { WebhookSettingsView } from '../../../views/webhooks/settings.tsx';
import {
  retryDelaysMs,
  settingFields,
  settingsTag,
  type Webhook,
  webhookParams,
  type Webhooks,
} from '../../features/webhooks/webhooks.ts';
import type { Actor } from '../../platform/actor.ts';
import type { Database } from '../../platform/database.ts';
import { invalidField } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { object, required, text } from '../../platform/schema.ts';
import { eventGroups, tickedEvents } from './event-groups.ts';
import { asTyped, endpointFields, eventBox, headerField, headersOf } from './webhook-form.ts';
import { orWebhookGone, webhookModel, type WebhookModelParts, webhookPage } from './webhook-page.tsx';

export interface WebhookSettingsParts extends WebhookModelParts {
  webhooks: WebhookModelParts['webhooks'] & Pick<Webhooks, 'update'>;
  database: Pick<Database, 'transaction'>;
}

/** The tag of the settings that the form began with. */
const tag = required(text({ max: 100 }));

/** What people decide about a webhook: its events, how it is sent, and whether. */
export function webhookSettingsPages(parts: WebhookSettingsParts): Page[] {
  return [...eventsPages(parts), ...settingsPages(parts), switchPage(parts, 'pause'), switchPage(parts, 'resume')];
}

function eventsPages(parts: WebhookSettingsParts): Page[] {
  const shared = { path: '/webhooks/:id/events', access: 'person', params: webhookParams } as const;

  async function show(id: string, problem?: Refusal): Promise<PageAnswer> {
    const model = await webhookModel(parts, id);
    const shown = { ...model, groups: eventGroups, tag: tagOf(model.webhook, problem), ...(problem && { problem }) };
    return webhookPage('Events', model.webhook, <WebhookEventsView model={shown} />, problem?.status);
  }

  return [
    definePage({ ...shared, method: 'GET', handle: ({ params }) => show(params.id) }),
    definePage({
      ...shared,
      method: 'POST',
      form: object({ tag }).pattern(eventBox.name, eventBox.value),
      handle: ({ params: { id }, form, actor }) =>
        orWebhookGone(async () => {
          const events = tickedEvents(form, (await parts.webhooks.get(id)).events);
          if (events.length === 0) throw invalidField('events', 'must have at least one that is ticked');
          await change(parts, id, { events, ifMatch: form.tag }, actor);
          return { kind: 'redirect', to: `/webhooks/${id}/events`, notice: 'The events are saved.' };
        }),
      refused: ({ params }, refusal) => orWebhookGone(() => show(params.id, asTyped(refusal))),
    }),
  ];
}

function settingsPages(parts: WebhookSettingsParts): Page[] {
  const shared = { path: '/webhooks/:id/settings', access: 'person', params: webhookParams } as const;

  async function show(id: string, problem?: Refusal): Promise<PageAnswer> {
    const model = await webhookModel(parts, id);
    const schedule = { delaysMs: retryDelaysMs };
    const shown = { ...model, schedule, tag: tagOf(model.webhook, problem), ...(problem && { problem }) };
    return webhookPage('Settings', model.webhook, <WebhookSettingsView model={shown} />, problem?.status);
  }

  return [
    definePage({ ...shared, method: 'GET', handle: ({ params }) => show(params.id) }),
    definePage({
      ...shared,
      method: 'POST',
      form: object({ tag, ...endpointFields, maxInFlight: required(settingFields.maxInFlight) }).pattern(
        headerField.name,
        headerField.value,
      ),
      handle: ({ params: { id }, form, actor }) =>
        orWebhookGone(async () => {
          const { url, media, timeoutSeconds, maxInFlight } = form;
          const headers = headersOf(form, (await parts.webhooks.get(id)).headers);
          const wanted = { url, media, timeoutSeconds, maxInFlight, headers, ifMatch: form.tag };
          await change(parts, id, wanted, actor);
          return { kind: 'redirect', to: `/webhooks/${id}/settings`, notice: 'The settings are saved.' };
        }),
      refused: ({ params }, refusal) => orWebhookGone(() => show(params.id, asTyped(refusal))),
    }),
  ];
}

/** After a refusal that with which the form began: what somebody else has changed since must not be overwritten. */
function tagOf(webhook: Webhook, problem: Refusal | undefined): string {
  return problem?.values['tag'] ?? settingsTag(webhook);
}

function switchPage(parts: WebhookSettingsParts, word: 'pause' | 'resume'): Page {
  return definePage({
    method: 'POST',
    path: `/webhooks/:id/${word}`,
    access: 'person',
    params: webhookParams,
    form: object({}),
    handle: ({ params: { id }, actor }) =>
      orWebhookGone(async () => {
        const isOn = word === 'resume';
        await change(parts, id, { active: isOn }, actor);
        const words = isOn
          ? 'The webhook is switched on: what waits is sent now.'
          : 'The webhook is paused: nothing is sent until it is switched on.';
        const undo = { action: `/webhooks/${id}/resume`, fields: {} };
        return { kind: 'redirect', to: `/webhooks/${id}`, notice: { words, tone: 'ok', ...(!isOn && { undo }) } };
      }),
  });
}

function change(
  { database, webhooks }: WebhookSettingsParts,
  id: string,
  wanted: Parameters<Webhooks['update']>[2],
  actor: Actor,
) {
  return database.transaction((tx) => webhooks.update(tx, id, wanted, { accountId: undefined, actor }));
}
