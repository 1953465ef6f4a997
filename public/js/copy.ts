import { announce } from './announcer.ts';

const shownMs = 2_000;

/** `data-copy="id"`: copies the text of that element. */
export function watchCopyButtons(): void {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>('button[data-copy]') : null;
    const source = button && document.getElementById(button.dataset['copy'] ?? '');
    if (button && source) void copy(button, source);
  });
}

async function copy(button: HTMLButtonElement, source: HTMLElement): Promise<void> {
  const word = button.querySelector('[data-word]');
  try {
    await navigator.clipboard.writeText(source.dataset['copyText'] ?? source.textContent ?? '');
    if (word) word.textContent = 'Copied';
    announce('Copied.');
  } catch {
    // Over plain http there is no clipboard: select it, so that Ctrl+C copies.
    getSelection()?.selectAllChildren(source);
    if (word) word.textContent = 'Press Ctrl+C';
  }
  setTimeout(() => {
    if (word) word.textContent = 'Copy';
  }, shownMs);
}
