import { live } from '../partials/live.ts';
import { inPercent } from '../partials/percent.ts';

export interface FiguresModel {
  connected: number;
  accounts: number;
  /** Since midnight. */
  sent: number;
  received: number;
  waiting: number;
  /** Of deliveries to webhooks within 24 hours, 0 to 1; null without any. */
  webhookSuccess: number | null;
}

/** One line of figures. */
export function FiguresView({ model }: { model: FiguresModel }) {
  const number = (value: number): string => value.toLocaleString('en-GB');
  return (
    <section
      class="card figures-card"
      aria-label="Figures"
      {...live({ id: 'figures', url: '/ui/overview/figures', topics: ['accounts', 'traffic', 'webhooks'] })}
    >
      <dl class="figures-line">
        <div>
          <dt>Connected</dt>
          <dd>
            {number(model.connected)} <span class="figure-of">of {number(model.accounts)}</span>
          </dd>
        </div>
        <div>
          <dt>Sent today</dt>
          <dd>{number(model.sent)}</dd>
        </div>
        <div>
          <dt>Received today</dt>
          <dd>{number(model.received)}</dd>
        </div>
        <div>
          <dt>Waiting to be sent</dt>
          <dd>{number(model.waiting)}</dd>
        </div>
        {model.webhookSuccess !== null && (
          <div>
            <dt>Webhook success</dt>
            <dd>
              {inPercent(model.webhookSuccess)} <span class="figure-of">in 24 h</span>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
