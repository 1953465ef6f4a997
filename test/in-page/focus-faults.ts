const focusable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
const reached = new WeakSet<Element>();

export function watchFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element) reached.add(target);
  });
}

/** What a person without a mouse could not reach so far, as sentences. */
export function unreached(): string[] {
  return [...document.querySelectorAll<HTMLElement>(focusable)]
    .filter((element) => !reached.has(element) && isOffered(element))
    .map((element) => `The Tab key never reached ${nameOf(element)}`);
}

/** Of where the Tab key has come to: both in one answer, because it is asked for at every stop. */
export async function focusStop(): Promise<{ faults: string[]; left: string[] }> {
  return { faults: await focusFaults(), left: unreached() };
}

/** What is wrong with what has the focus now, as sentences. */
async function focusFaults(): Promise<string[]> {
  const element = document.activeElement;
  if (!element || element === document.body) return [];
  // What comes into view for the focus moves there.
  await Promise.allSettled(element.getAnimations().map(({ finished }) => finished));
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const isMarked = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
  const box = element.getBoundingClientRect();
  const isInView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return [
    ...(isMarked ? [] : [`The focus cannot be seen on ${nameOf(element)}`]),
    ...(isInView ? [] : [`The focus is out of view on ${nameOf(element)}`]),
  ];
}

function isOffered(element: HTMLElement): boolean {
  if (!element.checkVisibility({ visibilityProperty: true }) || element.matches(':disabled')) return false;
  // Of several choices the keys of the arrows reach the others.
  if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
  return element.checked;
}

function nameOf(element: Element): string {
  const words = element.getAttribute('aria-label') ?? element.textContent ?? '';
  return `<${element.localName}${element.id && `#${element.id}`}> "${words.replaceAll(/\s+/g, ' ').trim().slice(0, 50)}"`;
}
