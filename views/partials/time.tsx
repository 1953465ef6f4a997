import { usePage } from './page-context.tsx';

/** `14:02` today, else `3 Jan, 14:02`, in the zone of the page; the exact time stands in the title. */
export function Time({ at }: { at: Date }) {
  const { now, timeZone } = usePage();
  const day = (date: Date): string => date.toLocaleDateString('en-GB', { timeZone, dateStyle: 'medium' });
  const clock = at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const words = day(at) === day(now) ? clock : `${shortDay(at, timeZone, now)}, ${clock}`;
  return (
    <time datetime={at.toISOString()} title={at.toISOString()}>
      {words}
    </time>
  );
}

function shortDay(at: Date, timeZone: string, now: Date): string {
  const year = (date: Date): string => date.toLocaleDateString('en-GB', { timeZone, year: 'numeric' });
  const other = year(at) === year(now) ? {} : ({ year: 'numeric' } as const);
  return at.toLocaleDateString('en-GB', { timeZone, day: 'numeric', month: 'short', ...other });
}

/** The time of day alone, where the day stands above. */
export function Clock({ at }: { at: Date }) {
  const { timeZone } = usePage();
  return (
    <time datetime={at.toISOString()} title={at.toISOString()}>
      {at.toLocaleTimeString('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })}
    </time>
  );
}

const dayMs = 86_400_000;

/** `Today`, `Yesterday`, or `Monday, 3 January`. */
export function Day({ at }: { at: Date }) {
  const { now, timeZone } = usePage();
  const day = (date: Date): string => date.toLocaleDateString('en-CA', { timeZone, dateStyle: 'short' });
  const names = new Map([
    [day(new Date(now.getTime() - dayMs)), 'Yesterday'],
    [day(now), 'Today'],
  ]);
  const year = day(at).slice(0, 4) === day(now).slice(0, 4) ? {} : ({ year: 'numeric' } as const);
  const words = at.toLocaleDateString('en-GB', { timeZone, weekday: 'long', day: 'numeric', month: 'long', ...year });
  return <time datetime={day(at)}>{names.get(day(at)) ?? words}</time>;
}

/** How long ago in words; goes on counting in the browser. */
export function Ago({ at }: { at: Date }) {
  const { now } = usePage();
  return (
    <time datetime={at.toISOString()} title={at.toISOString()} data-ago="">
      {agoInWords(now.getTime() - at.getTime())}
    </time>
  );
}

/** Seconds until then, counting down in the browser. */
export function Until({ at }: { at: Date }) {
  const { now } = usePage();
  const seconds = Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000));
  return (
    <time datetime={at.toISOString()} data-until="">
      {seconds} s
    </time>
  );
}

function agoInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
