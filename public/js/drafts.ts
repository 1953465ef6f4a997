const prefix = 'draft:';
const restoreKey = 'restore-drafts';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/**
 * What was typed into a form survives a sign-in and a reload, in this tab only. Passwords and hidden fields are never kept.
 * A draft ends when its form was taken.
 */
export function keepDrafts(): void {
  restoreDrafts();
  document.addEventListener('input', ({ target }) => {
    const form = target instanceof HTMLElement ? target.closest('form') : null;
    if (form) save(form);
  });
  document.addEventListener('form-taken', ({ target }) => {
    if (target instanceof HTMLFormElement) sessionStorage.removeItem(keyOf(target));
  });
  addEventListener('pagehide', markForReload);
}

let isLeaving = false;

/** Goes to the login, once however many refusals say so, from where the person comes back to this page as it is. */
export function leaveForLogin(): void {
  if (isLeaving || location.pathname === '/login') return;
  isLeaving = true;
  sessionStorage.setItem(restoreKey, location.pathname);
  const next = encodeURIComponent(location.pathname + location.search);
  location.assign(`/login?ended=1&next=${next}`);
}

/** What the server refuses a part of the page or a form for want of a session leads to the login. */
export function leaveWhenRefused(): void {
  document.addEventListener('htmx:before:response', (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: { response: { status: number } } }>).detail;
    if (ctx.response.status !== 401) return;
    event.preventDefault();
    leaveForLogin();
  });
}

function markForReload(): void {
  if (sessionStorage.getItem(restoreKey) === null && location.pathname !== '/login') {
    sessionStorage.setItem(restoreKey, location.pathname);
  }
}

function restoreDrafts(): void {
  if (location.pathname === '/login') return;
  const path = sessionStorage.getItem(restoreKey);
  sessionStorage.removeItem(restoreKey);
  for (const form of document.forms) {
    const stored = sessionStorage.getItem(keyOf(form));
    if (stored === null) continue;
    if (path === location.pathname) fill(form, JSON.parse(stored) as Record<string, string>);
    else sessionStorage.removeItem(keyOf(form));
  }
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter((element): element is Field => {
    if (element instanceof HTMLInputElement) {
      return !['password', 'hidden', 'submit'].includes(element.type) && !isRevealed(element);
    }
    return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement;
  });
}

/** A password that is shown is still one. */
function isRevealed({ id, form }: HTMLInputElement): boolean {
  return id !== '' && (form?.querySelector(`[data-reveal="${CSS.escape(id)}"]`) ?? null) !== null;
}

function isTicked(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio');
}

function save(form: HTMLFormElement): void {
  if (form.method !== 'post' || form.id === '') return;
  const values: Record<string, string> = {};
  for (const field of fieldsOf(form)) {
    if (field.name !== '' && (!isTicked(field) || field.checked)) values[field.name] = field.value;
  }
  sessionStorage.setItem(keyOf(form), JSON.stringify(values));
}

function fill(form: HTMLFormElement, values: Record<string, string>): void {
  for (const field of fieldsOf(form)) {
    const value = values[field.name];
    if (isTicked(field)) field.checked = value === field.value;
    else if (value !== undefined) field.value = value;
  }
}

function keyOf(form: HTMLFormElement): string {
  return `${prefix}${location.pathname}#${form.id}`;
}
