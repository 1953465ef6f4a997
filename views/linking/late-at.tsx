import { Until } from '../partials/time.tsx';

/** Nobody sees it; at this time the part asks again. */
export function LateAt({ at }: { at: Date }) {
  return (
    <span hidden>
      <Until at={at} />
    </span>
  );
}
