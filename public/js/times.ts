/**
 * Keeps times true while a page stays open: `data-ago` counts up in words, `data-until` counts down in seconds and asks its
 * part of the page again (`data-live`) when it has run out.
 */
export function tickTimes(): void {
  setInterval(tick, 1_000);
  document.addEventListener('htmx:after:swap', tick);
}

export function clockTime(at: Date): string {
  return at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

function tick(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-ago]')) {
    setText(time, agoInWords(Date.now() - Date.parse(time.dateTime)));
  }
  for (const time of document.querySelectorAll<HTMLTimeElement>('time[data-until]')) {
    const seconds = Math.max(0, Math.ceil((Date.parse(time.dateTime) - Date.now()) / 1_000));
    setText(time, `${seconds} s`);
    if (seconds === 0) askAgain(time);
  }
}

/** Once for each end: what comes after it is the server's to say. */
function askAgain(time: HTMLTimeElement): void {
  if (time.dataset['ended'] === time.dateTime) return;
  time.dataset['ended'] = time.dateTime;
  time.closest('[data-live]')?.dispatchEvent(new CustomEvent('live'));
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The same words as on the server (`views/partials/time.tsx`). */
function agoInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
