import { h, type VNode } from 'preact';
import { render } from 'preact-render-to-string';
import { type PageContext, PageContextProvider } from '../../views/partials/page-context.tsx';

/** A view as HTML, in a page of which only what is given is known. */
export function rendered<P>(view: (props: P) => VNode | null, props: P, page: Partial<PageContext> = {}): string {
  const content = (): VNode | null => view(props);
  const value: PageContext = {
    csrfToken: 'token',
    iconsUrl: '/icons.svg',
    now: new Date('2026-11-25T12:00:00Z'),
    timeZone: 'UTC',
    publicUrl: 'https://switchboard.example',
    once: undefined,
    ...page,
  };
  return render(h(PageContextProvider, { value }, h(content, {})));
}

/** What a person reads of it, without markup. */
export function wordsOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
