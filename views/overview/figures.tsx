import { live } from '../partials/live.ts';

export interface FiguresModel {
  connected: number;
  accounts: number;
  /** Since midnight. */
  sent: number;
  received: number;
  waiting: number;
}

/** One line of figures. */
export function FiguresView({ model }: { model: FiguresModel }) {
  const number = (value: number): string => value.toLocaleString('en-GB');
  return (
    <section
      class="card figures-card"
      aria-label="Figures"
      {...live({ id: 'figures', url: '/ui/overview/figures', topics: ['accounts', 'traffic'] })}
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
      </dl>
    </section>
  );
}
