import { announce } from './announcer.ts';

/** What htmx tells of a request, as far as it is used here. */
interface RequestDetail {
  ctx: {
    sourceElement: Element;
    response?: { status: number; headers: Headers };
  };
}

/** Says why nothing happened when the server did not answer, and that a form was taken when it was. */
export function watchForms(): void {
  document.addEventListener('htmx:after:request', (event) => {
    const { sourceElement, response } = detailOf(event).ctx;
    if (!(sourceElement instanceof HTMLFormElement) || !response) return;
    if (response.status >= 500) {
      fail(sourceElement, 'The server could not do it. What you typed is still here: try again in a moment.');
      return;
    }
    clearFailure(sourceElement);
    if (response.status < 400) sourceElement.dispatchEvent(new CustomEvent('form-taken', { bubbles: true }));
  });
  document.addEventListener('htmx:error', (event) => {
    const { sourceElement } = detailOf(event).ctx;
    if (sourceElement instanceof HTMLFormElement) {
      fail(sourceElement, 'The server does not answer. What you typed is still here: try again when it is back.');
    }
  });
}

function detailOf(event: Event): RequestDetail {
  return (event as CustomEvent<RequestDetail>).detail;
}

/** Says at the top of a form why it was not sent. */
export function fail(form: HTMLFormElement, sentence: string): void {
  clearFailure(form);
  const failure = document.createElement('p');
  failure.className = 'notice notice-bad';
  failure.dataset['failure'] = '';
  failure.role = 'alert';
  failure.textContent = sentence;
  form.prepend(failure);
  announce(sentence);
}

export function clearFailure(form: HTMLFormElement): void {
  for (const failure of form.querySelectorAll('[data-failure]')) failure.remove();
}
