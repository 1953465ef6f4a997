const continued = ' \\\n  ';

/** `data-curl`: a call of the API whose body is what stands in the form beside it, kept in step while people type. */
export function followForms(): void {
  document.addEventListener('input', ({ target }) => {
    const form = target instanceof HTMLElement ? target.closest('form') : null;
    if (form) rewrite(form);
  });
  document.addEventListener('htmx:after:swap', () => {
    for (const form of document.forms) rewrite(form);
  });
}

function rewrite(form: HTMLFormElement): void {
  for (const call of document.querySelectorAll<HTMLElement>(`[data-curl-form="${form.id}"]`)) {
    const shown = document.getElementById(call.dataset['curl'] ?? '');
    const body = JSON.stringify(bodyOf(call, form));
    call.dataset['curlBody'] = body;
    if (shown) shown.textContent = `${call.dataset['curlHead']}${continued}-d '${quoted(body)}'`;
  }
}

/** An empty field leaves the value before: a form that has just been sent still shows its call. */
function bodyOf(call: HTMLElement, form: HTMLFormElement): Record<string, unknown> {
  const before = JSON.parse(call.dataset['curlBody'] ?? '{}') as Record<string, unknown>;
  const typed = new FormData(form);
  const valueOf = (field: string): unknown => {
    const value = before[field];
    if (Array.isArray(value)) return tickedOf(typed, field);
    return typeof value === 'number' ? Number(typed.get(field)) || value : typed.get(field) || value;
  };
  return Object.fromEntries(Object.keys(before).map((field) => [field, valueOf(field)]));
}

/** A list stands in a form as a box for each of its members, `events.message`. */
function tickedOf(typed: FormData, field: string): string[] {
  const start = `${field}.`;
  return [...typed.keys()].flatMap((name) => (name.startsWith(start) ? [name.slice(start.length)] : []));
}

/** Inside the single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}
