import { Icon } from '../partials/icon.tsx';

/** Where a server without accounts begins. */
export function StartView({ offersSandbox }: { offersSandbox: boolean }) {
  return (
    <section class="card start" aria-labelledby="start-title">
      <h2 id="start-title">How do you want to start?</h2>
      <p class="muted">
        There are no accounts yet.{' '}
        {offersSandbox
          ? 'Try everything with a sandbox phone, or link a WhatsApp number.'
          : 'Link a WhatsApp number to begin.'}
      </p>
      <ul class="start-ways">
        {offersSandbox && (
          <Way kind="sandbox" icon="flask-conical" title="Sandbox phone">
            10 seconds, no phone needed. Nothing leaves this server.
          </Way>
        )}
        <Way kind="whatsapp" icon="qr-code" title="WhatsApp number">
          Scan a QR code with the phone, or type a code on it.
        </Way>
      </ul>
      <p>
        <a class="button button-primary" href="/accounts/new" data-shortcut="n">
          <Icon name="plus" />
          Add the first account
        </a>
      </p>
    </section>
  );
}

function Way({ kind, icon, title, children }: { kind: string; icon: string; title: string; children: string }) {
  return (
    <li>
      <a class="start-way" href={`/accounts/new?kind=${kind}`}>
        <Icon name={icon} />
        <span>
          <strong>{title}</strong>
          <span class="muted">{children}</span>
        </span>
        <Icon name="chevron-right" />
      </a>
    </li>
  );
}
