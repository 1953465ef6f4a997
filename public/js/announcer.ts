const quietMs = 5_000;
let lastAt = -Infinity;
let waiting: string | undefined;

/** Says it to screen readers, politely and at most once in five seconds: the latest wins. */
export function announce(sentence: string): void {
  const sayNow = waiting === undefined;
  waiting = sentence;
  if (!sayNow) return;
  setTimeout(say, Math.max(0, lastAt + quietMs - performance.now()));
}

function say(): void {
  lastAt = performance.now();
  const region = document.getElementById('announcer');
  if (region && waiting !== undefined) region.textContent = waiting;
  waiting = undefined;
}
