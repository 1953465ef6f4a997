/**
 * `data-suggestion` of a radio button is a value for the field `name` beside it: choosing the button puts it there, unless
 * a person typed something else.
 */
export function watchSuggestions(): void {
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.dataset['suggestion'] === undefined) return;
    const field = target.form?.elements.namedItem('name');
    const buttons = target.form?.querySelectorAll<HTMLInputElement>('input[data-suggestion]') ?? [];
    const suggestions = [...buttons].map((button) => button.dataset['suggestion']);
    if (field instanceof HTMLInputElement && suggestions.includes(field.value))
      field.value = target.dataset['suggestion'];
  });
}
