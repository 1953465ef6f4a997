// Runs in every page of a journey before the page's own scripts, and tells the test what only a page can see.
import { focusStop, unreached, watchFocus } from './focus-faults.ts';
import { layoutFaults } from './layout-faults.ts';

declare global {
  interface Window {
    /** Answered by the test. */
    tellTest(told: string): Promise<void>;
    layoutFaults: typeof layoutFaults;
    focusStop: typeof focusStop;
    unreached: typeof unreached;
    /** Resolves once the page looks as it will go on looking. */
    settled(): Promise<void>;
  }
}

Object.assign(window, { layoutFaults, focusStop, unreached });
watchFocus();
window.settled = async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
};

function tell(kind: 'policy' | 'press' | 'typed', what: string): void {
  void window.tellTest(JSON.stringify({ kind, what }));
}

document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) => {
  tell('policy', `${effectiveDirective} forbids ${blockedURI} (${sourceFile}:${lineNumber})`);
});

addEventListener(
  'pointerdown',
  ({ isTrusted, target }) => {
    if (isTrusted) tell('press', target instanceof Element ? nameOf(target) : 'the page');
  },
  true,
);

addEventListener(
  'input',
  ({ isTrusted, target }) => {
    if (isTrusted && isTypedInto(target)) tell('typed', `${location.pathname} ${target.name || target.id}`);
  },
  true,
);

function isTypedInto(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !['radio', 'checkbox'].includes(target.type);
}

function nameOf(element: Element): string {
  const control = element.closest('a, button, summary, label, input, textarea, select') ?? element;
  const words = control.getAttribute('aria-label') ?? control.textContent ?? '';
  return `${control.localName} "${words.replaceAll(/\s+/g, ' ').trim().slice(0, 60)}"`;
}
