import { Code } from '../partials/code.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';

/** Under which a new secret stands on the next page, once. */
export function secretNameOf(webhookId: string): string {
  return `webhook-secret:${webhookId}`;
}

/** A new secret and what to do with it; nothing on every other page. */
export function SecretCard({ webhookId }: { webhookId: string }) {
  const { once } = usePage();
  if (once?.name !== secretNameOf(webhookId)) return null;
  return (
    <section class="card stack-s new-key" aria-labelledby="secret-title">
      <h2 id="secret-title">The secret of this webhook</h2>
      <Notice tone="warn">Copy it now. It is shown only this once.</Notice>
      <Code id="webhook-secret" label="the secret" text={once.value} wrap />
      <h3>How to verify a delivery</h3>
      <ol class="measure verify-steps">
        <li>
          Take the bytes of the body as they came, before any JSON is read, and put the headers <code>webhook-id</code>{' '}
          and <code>webhook-timestamp</code> before them, each followed by a dot.
        </li>
        <li>
          Make an HMAC-SHA256 of that, with what stands after <code>whsec_</code> (decoded from base64) as the key.
        </li>
        <li>
          One of the values in <code>webhook-signature</code> must be <code>v1,</code> and its base64, and the time must
          be less than five minutes ago.
        </li>
      </ol>
      <p class="muted measure">
        Programs in Node and Python that do so stand in the README under “Receive webhooks”. The libraries of{' '}
        <a href="https://www.standardwebhooks.com" rel="noreferrer">
          Standard Webhooks
        </a>{' '}
        take the secret as it is.
      </p>
    </section>
  );
}
