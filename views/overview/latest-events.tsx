import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { Ago } from '../partials/time.tsx';

export interface EventModel {
  id: string;
  icon: string;
  /** The sentence, around a name or a number that people gave. */
  before: string;
  who: string | null;
  after: string;
  account: { id: string; name: string };
  at: Date;
}

/** What happened last: who and what kind, never the text of a message. */
export function LatestEventsView({ events }: { events: readonly EventModel[] }) {
  return (
    <section
      class="card card-flush"
      aria-labelledby="latest-events-title"
      data-steady=""
      {...live({ id: 'latest-events', url: '/ui/overview/events', topics: ['accounts', 'traffic'] })}
    >
      <h2 class="section-title" id="latest-events-title">
        Latest events
      </h2>
      {events.length === 0 ? (
        <p class="section-empty">Nothing has happened yet. What the accounts send, receive and report stands here.</p>
      ) : (
        <ol class="list event-list">
          {events.map((event) => (
            <li key={event.id} id={event.id}>
              <Icon name={event.icon} />
              <span class="grow">
                {event.before}
                {event.who !== null && <bdi>{event.who}</bdi>}
                {event.after}
              </span>
              <a href={`/accounts/${event.account.id}`}>
                <bdi>{event.account.name}</bdi>
              </a>
              <span class="event-time">
                <Ago at={event.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
