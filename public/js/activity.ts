import { leaveForLogin } from './drafts.ts';

const reportEveryMs = 60_000;

/** Tells the server that a person is here, so that only a page left alone is signed out. */
export function watchActivity(): void {
  let reportedAt = performance.now();

  async function report(): Promise<void> {
    if (performance.now() - reportedAt < reportEveryMs) return;
    reportedAt = performance.now();
    try {
      const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? '';
      const answer = await fetch('/ui/active', { method: 'POST', headers: { 'X-CSRF-Token': token } });
      if (answer.status === 401) leaveForLogin();
    } catch {
      // The server is away; the next key press tries again.
    }
  }

  for (const act of ['keydown', 'pointerdown'] as const) document.addEventListener(act, () => void report());
}
