/**
 * A link with `data-dialog` leads to a page of its own; here that page's `[data-dialog-content]` is shown in the one
 * `<dialog>` of the layout instead, after `enliven` has made its forms work in the background. Focus returns to the link when it closes.
 */
export function watchDialogs(enliven: (element: Element) => void): void {
  const dialog = document.getElementById('dialog');
  if (!(dialog instanceof HTMLDialogElement)) return;
  let opener: HTMLElement | undefined;

  document.addEventListener('click', (event) => {
    const target = event.target instanceof Element ? event.target : undefined;
    if (target === dialog || target?.closest('dialog [data-close]')) {
      event.preventDefault();
      dialog.close();
      return;
    }
    const link = target?.closest<HTMLAnchorElement>('a[data-dialog]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link.closest('details[data-menu]')?.querySelector('summary') ?? link;
    void open(dialog, link.href, enliven);
  });
  dialog.addEventListener('close', () => {
    dialog.replaceChildren();
    opener?.focus();
  });
}

async function open(dialog: HTMLDialogElement, address: string, enliven: (element: Element) => void): Promise<void> {
  try {
    const answer = await fetch(address, { headers: { 'HX-Request': 'true' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const content = page.querySelector('[data-dialog-content]');
    if (!answer.ok || !content) throw new Error('The page has nothing to show in a dialog');
    dialog.replaceChildren(document.adoptNode(content));
    const heading = dialog.querySelector('h1');
    if (heading) dialog.setAttribute('aria-labelledby', (heading.id ||= 'dialog-title'));
    enliven(dialog);
    dialog.showModal();
  } catch {
    // The page itself can say more than a dialog.
    location.assign(address);
  }
}
