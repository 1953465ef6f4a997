import type { ComponentChildren } from 'preact';

/** What stands alone on the screen before somebody has signed in. */
export function Welcome({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="card stack">
      <h1>{title}</h1>
      {children}
    </div>
  );
}
