/** `data-reveal="id"`: shows and hides what is typed into a password field. */
export function watchPasswords(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>('button[data-reveal]') : null;
    const field = button && document.getElementById(button.dataset['reveal'] ?? '');
    if (!button || !(field instanceof HTMLInputElement)) return;
    const shows = field.type === 'password';
    field.type = shows ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shows));
  });
}
