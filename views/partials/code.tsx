import { Icon } from './icon.tsx';

/** Text to copy, such as a key or a call; `copyText` is copied in place of what is shown. */
export function Code({
  id,
  text,
  copyText,
  label,
  wrap = false,
}: {
  id: string;
  text: string;
  copyText?: string;
  label: string;
  wrap?: boolean;
}) {
  return (
    <div class="code">
      <pre
        id={id}
        class={wrap ? 'wrap' : undefined}
        tabindex={0}
        role="group"
        aria-label={label}
        data-copy-text={copyText}
      >
        {text}
      </pre>
      <button type="button" class="button button-quiet" data-copy={id}>
        <Icon name="copy" />
        <span data-word="">Copy</span>
        <span class="visually-hidden"> {label}</span>
      </button>
    </div>
  );
}

/** A call of the API that does the same as a form, with the key hidden. */
export function Curl({ id, method, path, body }: { id: string; method: string; path: string; body?: object }) {
  return (
    <details class="disclosure">
      <summary>
        <Icon name="chevron-right" />
        Show as curl
      </summary>
      <CurlText id={id} method={method} path={path} {...(body === undefined ? {} : { body })} />
    </details>
  );
}

function CurlText({ id, method, path, body }: { id: string; method: string; path: string; body?: object }) {
  return <Code id={id} label="the call" text={curlOf(method, path, body)} />;
}

function curlOf(method: string, path: string, body: object | undefined): string {
  const lines = [`curl -X ${method} "$ADDRESS${path}"`, '-H "Authorization: Bearer $KEY"'];
  if (body)
    lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`);
  return lines.join(' \\\n  ');
}
