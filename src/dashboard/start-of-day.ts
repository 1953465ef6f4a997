const hourMs = 3_600_000;

/** The first moment of the day that a clock in this zone shows. */
export function startOfDay(now: Date, timeZone: string): Date {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium', hourCycle: 'h23' });
  const today = day.format(now);
  const [hours = 0, minutes = 0, seconds = 0] = clock.format(now).split(':').map(Number);
  let start = now.getTime() - (hours * 60 + minutes) * 60_000 - seconds * 1000 - now.getMilliseconds();
  // On a day with a change of the clocks that many hours is too much or too little.
  if (day.format(start) !== today) start += hourMs;
  else if (day.format(start - 1) === today) start -= hourMs;
  return new Date(start);
}
