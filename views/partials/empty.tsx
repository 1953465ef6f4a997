import type { ComponentChildren } from 'preact';
import { Icon } from './icon.tsx';

/** What stands in place of an empty list: a title, a sentence, one button. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: string;
  title: string;
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}
