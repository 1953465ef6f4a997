import { clockTime } from './times.ts';

export type Link = { kind: 'live' } | { kind: 'reconnecting' } | { kind: 'offline'; since: Date };

/** The word beside the dot in the top bar, and the sentence under it while the server is away. */
export function showLink(link: Link): void {
  const pill = document.getElementById('live-pill');
  if (!pill) return;
  pill.dataset['state'] = link.kind;
  const word = pill.querySelector('[data-word]');
  if (word) word.textContent = wordOf(link);
  const banner = document.getElementById('offline');
  if (banner) banner.hidden = link.kind === 'live';
}

function wordOf(link: Link): string {
  switch (link.kind) {
    case 'live':
      return 'Live';
    case 'reconnecting':
      return 'Reconnecting';
    case 'offline':
      return `Offline since ${clockTime(link.since)}`;
  }
}
