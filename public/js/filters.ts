/** The address keeps up with a `form[data-filter]` whose answers htmx shows: a reload finds the same. */
export function watchFilters(): void {
  document.addEventListener('htmx:after:swap', (event) => {
    const { sourceElement } = (event as CustomEvent<{ ctx: { sourceElement: unknown } }>).detail.ctx;
    if (!(sourceElement instanceof HTMLFormElement) || sourceElement.dataset['filter'] === undefined) return;
    const chosen = [...new FormData(sourceElement)].flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' ? [[name, value]] : [],
    );
    const search = new URLSearchParams(chosen).toString();
    history.replaceState(history.state, '', search === '' ? location.pathname : `${location.pathname}?${search}`);
  });
}
