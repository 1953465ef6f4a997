import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

const icons = { ok: 'check', info: 'info', warn: 'triangle-alert', bad: 'circle-alert' } as const;

/** A sentence with weight; `live` also says it to screen readers when it appears. */
export function Notice({
  tone,
  live = false,
  children,
}: {
  tone: keyof typeof icons;
  live?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${tone}`} role={live ? 'status' : undefined}>
      <Icon name={icons[tone]} />
      <div class="grow">{children}</div>
    </div>
  );
}
