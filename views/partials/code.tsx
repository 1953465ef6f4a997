import { Icon } from './icon.tsx';
import { usePage } from './page-context.tsx';

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

interface CurlProps {
  id: string;
  method: string;
  path: string;
  body?: Readonly<Record<string, unknown>>;
  /** Fields of a form with a file, `@` and its name, in place of a body. */
  fields?: Readonly<Record<string, string>>;
  /** Id of the form that does the same: the body follows what is typed there. */
  form?: string;
  /** Shown once; otherwise the call reads it from `$KEY`. */
  apiKey?: string | undefined;
  open?: boolean;
}

/** The call of the API that does the same as a form, at this server's address, with the key hidden. */
export function Curl({ id, method, path, body, fields = {}, form, apiKey, open = false }: CurlProps) {
  const { publicUrl } = usePage();
  const head = [
    ...(apiKey === undefined ? [] : [`KEY=${apiKey}`]),
    [
      `curl -X ${method} "${publicUrl}${path}"`,
      '-H "Authorization: Bearer $KEY"',
      ...(body === undefined ? [] : ['-H "Content-Type: application/json"']),
      ...Object.entries(fields).map(([name, value]) => `-F '${quoted(`${name}=${value}`)}'`),
    ].join(continued),
  ].join('\n');
  const text = body === undefined ? head : `${head}${continued}-d '${quoted(JSON.stringify(body))}'`;
  return (
    <details class="disclosure" open={open}>
      <summary>
        <Icon name="chevron-right" />
        Show as curl
      </summary>
      <div
        data-curl={form === undefined ? undefined : id}
        data-curl-form={form}
        data-curl-head={form === undefined ? undefined : head}
        data-curl-body={form === undefined ? undefined : JSON.stringify(body)}
      >
        <Code id={id} label="the call" text={text} />
      </div>
    </details>
  );
}

const continued = ' \\\n  ';

/** Inside the single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
