/**
 * `[data-checklist]`: boxes in groups. Of each `[data-checklist-group]` the box `[data-checklist-all]` ticks all and says
 * whether all, some or none are ticked; `[data-checklist-count]` says how many there are.
 */
export function watchChecklists(): void {
  showAll();
  document.addEventListener('htmx:after:swap', showAll);
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const list = target.closest<HTMLElement>('[data-checklist]');
    if (!list) return;
    if (target.dataset['checklistAll'] !== undefined) tickGroup(target);
    show(list);
  });
}

function showAll(): void {
  for (const list of document.querySelectorAll<HTMLElement>('[data-checklist]')) show(list);
}

function tickGroup(all: HTMLInputElement): void {
  const boxes = boxesOf(all.closest('[data-checklist-group]'));
  for (const box of boxes) box.checked = all.checked;
  // As if a person had ticked it: what follows the form listens for that.
  boxes[0]?.dispatchEvent(new Event('input', { bubbles: true }));
}

function show(list: HTMLElement): void {
  for (const group of list.querySelectorAll('[data-checklist-group]')) {
    const all = group.querySelector<HTMLInputElement>('[data-checklist-all]');
    const boxes = boxesOf(group);
    const ticked = boxes.filter(({ checked }) => checked).length;
    if (!all) continue;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
  const counter = list.querySelector('[data-checklist-count]');
  const boxes = boxesOf(list);
  const words = `${boxes.filter(({ checked }) => checked).length} of ${boxes.length}`;
  if (counter && counter.textContent !== words) counter.textContent = words;
}

function boxesOf(part: Element | null): HTMLInputElement[] {
  return [...(part?.querySelectorAll<HTMLInputElement>('input[type=checkbox]:not([data-checklist-all])') ?? [])];
}
