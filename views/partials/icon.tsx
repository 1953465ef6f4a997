import { usePage } from './page-context.tsx';

/** A drawing beside words, hidden from screen readers; with `label` it stands alone and is named. */
export function Icon({ name, label }: { name: string; label?: string }) {
  const { iconsUrl } = usePage();
  const use = <use href={`${iconsUrl}#${name}`} />;
  return label === undefined ? (
    <svg class="icon" aria-hidden="true">
      {use}
    </svg>
  ) : (
    <svg class="icon" role="img" aria-label={label}>
      {use}
    </svg>
  );
}
