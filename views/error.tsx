import { Icon } from './partials/icon.tsx';

/** In place of a page that cannot be shown. */
export function ErrorView({ status, detail }: { status: number; detail: string | undefined }) {
  return (
    <div class="empty error-page">
      <Icon name="circle-alert" />
      <h1>{titleOf(status)}</h1>
      <p>{detail}</p>
      <a class="button" href="/">
        To the overview
      </a>
    </div>
  );
}

function titleOf(status: number): string {
  if (status === 404) return 'There is nothing here';
  if (status === 429) return 'Too many requests';
  if (status === 503) return 'The server cannot do this right now';
  if (status >= 500) return 'Something went wrong on our side';
  return 'This could not be done';
}
