const offKey = 'shortcuts-off';
const goTo: Record<string, string> = { o: '/', a: '/accounts', w: '/webhooks', s: '/settings' };
const chainMs = 1_000;

/** `/` search, `?` help, `g` then a letter goes to a page, `n` adds an account or a webhook. Settings can switch them off. */
export function watchShortcuts(): void {
  let chainUntil = 0;
  const toggle = document.querySelector<HTMLInputElement>('input[data-shortcuts]');
  if (toggle) {
    toggle.checked = localStorage.getItem(offKey) === null;
    toggle.addEventListener('change', () => {
      if (toggle.checked) localStorage.removeItem(offKey);
      else localStorage.setItem(offKey, '1');
    });
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (localStorage.getItem(offKey) !== null || document.querySelector('dialog[open]')) return;
    const chained = performance.now() < chainUntil;
    chainUntil = 0;
    if (chained && goTo[event.key] !== undefined) location.assign(goTo[event.key] ?? '/');
    else if (event.key === 'g') chainUntil = performance.now() + chainMs;
    else if (event.key === 'n') follow('[data-shortcut="n"]', event);
    else if (event.key === '?') follow('[data-shortcut="?"]', event);
    else if (event.key === '/') {
      const search = document.querySelector<HTMLInputElement>('input[type=search]');
      if (search) event.preventDefault();
      search?.focus();
    }
  });
}

function follow(selector: string, event: Event): void {
  const link = document.querySelector<HTMLElement>(selector);
  if (!link) return;
  event.preventDefault();
  link.click();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}
