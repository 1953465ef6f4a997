/** `2026-11-26T14:30`, as a browser's field for date and time has it, of a clock in this zone. */
export function localText(at: Date, timeZone: string): string {
  return new Date(wallClockMs(at.getTime(), timeZone)).toISOString().slice(0, 16);
}

/** The moment at which a clock in this zone shows this; undefined for what is no date and time. */
export function instantOf(text: string, timeZone: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(text)) return undefined;
  const shownMs = Date.parse(`${text}Z`);
  if (Number.isNaN(shownMs)) return undefined;
  const offsetMs = (atMs: number): number => wallClockMs(atMs, timeZone) - Math.floor(atMs / 1_000) * 1_000;
  // The second look is for a change of the clocks between the two.
  const nearMs = shownMs - offsetMs(shownMs);
  return new Date(shownMs - offsetMs(nearMs));
}

/** What a clock in this zone shows, read as if it were UTC. */
function wallClockMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(atMs);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}
