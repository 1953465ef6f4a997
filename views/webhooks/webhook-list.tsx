import { live } from '../partials/live.ts';
import { addressOf, WebhookRows, type WebhookRowsModel } from '../partials/webhook-rows.tsx';

/** The webhooks of all accounts, or of the one that was chosen. */
export function WebhookList({ model }: { model: WebhookRowsModel }) {
  const { accountId, after } = model;
  const url = addressOf('/ui/webhooks', { accountId, after });
  return (
    <section aria-label="Webhooks" class="stack-s" {...live({ id: 'webhooks', url, topics: ['webhooks', 'roster'] })}>
      <WebhookRows model={model} pageAfter={(webhookId) => addressOf('/webhooks', { accountId, after: webhookId })} />
    </section>
  );
}
