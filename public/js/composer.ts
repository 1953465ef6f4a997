/** Writing into a chat: Enter sends, and a click on Reply says what is answered without losing what was typed. */
export function watchComposers(): void {
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (!(target instanceof HTMLTextAreaElement) || target.dataset['enterSends'] === undefined) return;
    // On a phone Enter begins a new line, as people are used to.
    const isSend =
      event.key === 'Enter' && !event.shiftKey && !event.isComposing && matchMedia('(hover: hover)').matches;
    if (!isSend) return;
    event.preventDefault();
    if (target.value.trim() !== '') target.form?.requestSubmit();
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const composer = document.getElementById('composer');
    if (!link || !(composer instanceof HTMLFormElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { reply, replyWords, answersEnd } = link.dataset;
    if (reply === undefined && answersEnd === undefined) return;
    event.preventDefault();
    answer(composer, reply ?? '', replyWords ?? '');
  });
}

function answer(composer: HTMLFormElement, id: string, words: string): void {
  const field = composer.elements.namedItem('replyTo');
  const shown = composer.querySelector<HTMLElement>('[data-answers]');
  const name = composer.querySelector('[data-answers-words]');
  if (!(field instanceof HTMLInputElement) || !shown || !name) return;
  field.value = id;
  name.textContent = words;
  shown.hidden = id === '';
  composer.querySelector<HTMLElement>('textarea')?.focus();
}
