/**
 * Attributes of a part that replaces itself when one of its topics moves: `<section {...live({ … })}>`. The address must
 * answer with this same element, under the same id.
 */
export function live({ id, url, topics }: { id: string; url: string; topics: readonly string[] }) {
  return {
    id,
    'data-live': topics.join(' '),
    'hx-get': url,
    'hx-trigger': 'live',
    'hx-swap': 'outerMorph',
    // Tells the server that no person asked, so that the session does not go on for it.
    'hx-headers': '{"X-Live":"1"}',
  };
}
