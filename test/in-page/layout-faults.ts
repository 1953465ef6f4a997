/** Half a pixel more or less is rounding. */
const tolerancePx = 1;

/** What a person could not see or reach at this width: a sentence each, none when all is well. */
export function layoutFaults(): string[] {
  return [...headingFaults(), ...scrollFaults(), ...cutFaults()];
}

function headingFaults(): string[] {
  // What lies under an open dialog is out of reach.
  const scope = document.querySelector('dialog[open]') ?? document;
  const headings = [...scope.querySelectorAll('h1')].filter((heading) => heading.checkVisibility());
  return headings.length === 1 ? [] : [`The page has ${headings.length} headings h1 instead of one`];
}

function scrollFaults(): string[] {
  const root = document.documentElement;
  const width = root.clientWidth;
  if (root.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll('*')].filter((element) => {
    const { right, width: own } = element.getBoundingClientRect();
    return own > 0 && right > width + tolerancePx && !isInside(element, scrolls);
  });
  const widest = wide.findLast((element) => !element.children.length) ?? wide.at(-1);
  return [
    `The page scrolls sideways: ${root.scrollWidth} of ${width} px, because of ${widest ? describe(widest) : 'nothing visible'}`,
  ];
}

function cutFaults(): string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faults: string[] = [];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const parent = text.parentElement;
    if (!parent || text.textContent?.trim() === '' || !isShown(parent)) continue;
    const box = boxOf(text);
    const cutter = cutterOf(parent, box);
    if (cutter) faults.push(`"${text.textContent?.trim().slice(0, 40)}" is cut by ${describe(cutter)}`);
  }
  return [...new Set(faults)];
}

function boxOf(text: Node): DOMRect {
  const range = document.createRange();
  range.selectNodeContents(text);
  return range.getBoundingClientRect();
}

/** The element that hides a part of this box, if one does and nobody can scroll to it. */
function cutterOf(parent: Element, box: DOMRect): Element | undefined {
  let sidewaysFree = false;
  let downFree = false;
  for (let element: Element | null = parent; element && element !== document.body; element = element.parentElement) {
    const { overflowX, overflowY, position } = getComputedStyle(element);
    const { left, right, top, bottom } = element.getBoundingClientRect();
    sidewaysFree ||= scrollable(overflowX);
    downFree ||= scrollable(overflowY);
    const hidesX = clips(overflowX) && (box.left < left - tolerancePx || box.right > right + tolerancePx);
    const hidesY = clips(overflowY) && (box.top < top - tolerancePx || box.bottom > bottom + tolerancePx);
    if ((hidesX && !sidewaysFree) || (hidesY && !downFree)) return element;
    if (position === 'fixed') return undefined;
  }
  return undefined;
}

function isShown(element: Element): boolean {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  // For screen readers only: one pixel, on purpose.
  return !isInside(element, (each) => getComputedStyle(each).clipPath === 'inset(50%)') && !isSkipLink(element);
}

/** Stands outside until it has the focus. */
function isSkipLink(element: Element): boolean {
  return element.closest('.skip-link') !== null;
}

function scrolls(element: Element): boolean {
  return scrollable(getComputedStyle(element).overflowX);
}

function scrollable(overflow: string): boolean {
  return overflow === 'auto' || overflow === 'scroll';
}

function clips(overflow: string): boolean {
  return overflow === 'hidden' || overflow === 'clip';
}

function isInside(element: Element, holds: (each: Element) => boolean): boolean {
  for (let each: Element | null = element; each; each = each.parentElement) if (holds(each)) return true;
  return false;
}

function describe(element: Element): string {
  const id = element.id === '' ? '' : `#${element.id}`;
  const classes = [...element.classList].map((each) => `.${each}`).join('');
  const words = (element.textContent ?? '').replaceAll(/\s+/g, ' ').trim().slice(0, 40);
  return `<${element.localName}${id}${classes}> "${words}"`;
}
