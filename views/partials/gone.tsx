import { Notice } from './notice.tsx';

export interface GoneProps {
  /** Of the live part that asks for itself. */
  id: string;
  /** The one part of the page that says it; the others just go. */
  saidBy: string;
  /** Such as `account`, and where all of its kind are listed. */
  what: string;
  listPath: string;
}

/** In place of a live part once somebody has deleted what it showed. */
export function Gone({ id, saidBy, what, listPath }: GoneProps) {
  if (id !== saidBy) return <div id={id} hidden />;
  return (
    <div id={id} class="stack-s">
      <h1>This {what} is gone</h1>
      <Notice tone="warn">
        Somebody has deleted it. <a href={listPath}>Back to the {what}s</a>
      </Notice>
    </div>
  );
}
