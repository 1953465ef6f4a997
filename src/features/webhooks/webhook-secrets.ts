import type { Secrets } from '../../platform/secrets.ts';
import { secretPlace } from './webhook.ts';
import type { StoredSecrets } from './webhooks.store.ts';

/** What deliveries are signed with, the newest first: two while a secret is being replaced. */
export function signingSecrets(
  stored: StoredSecrets & { webhookId: string },
  secrets: Secrets,
  now: Date,
): [string, ...string[]] {
  const { webhookId, secret, formerSecret, formerSecretEndsAt } = stored;
  const present = secrets.openText(secret, secretPlace(webhookId));
  if (!formerSecret || !formerSecretEndsAt || formerSecretEndsAt <= now) return [present];
  return [present, secrets.openText(formerSecret, secretPlace(webhookId, 'former_secret'))];
}
