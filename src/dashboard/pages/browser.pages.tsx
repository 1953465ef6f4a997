import { ShortcutsView } from '../../../views/settings/shortcuts.tsx';
import { definePage, type Page } from '../../platform/page.ts';
import { object, oneOf, required, text } from '../../platform/schema.ts';
import { ownPath } from '../own-path.ts';
import { keepTheme, themes } from '../theme.ts';

/** What concerns this browser only: its theme, its shortcuts, whether it is still signed in. */
export function browserPages(): Page[] {
  return [
    definePage({
      method: 'POST',
      path: '/theme',
      access: 'visitor',
      form: object({
        theme: required(oneOf(...themes)),
        back: text({ max: 2_000 }),
      }),
      handle({ form, http }) {
        keepTheme(form.theme, http.response);
        return Promise.resolve({ kind: 'redirect', to: ownPath(form.back, '/') });
      },
    }),
    definePage({
      method: 'GET',
      path: '/shortcuts',
      access: 'person',
      handle: () =>
        Promise.resolve({ kind: 'page', title: 'Keyboard shortcuts', section: 'none', body: <ShortcutsView /> }),
    }),
    definePage({
      method: 'GET',
      path: '/ui/session',
      access: 'person',
      handle: () => Promise.resolve({ kind: 'data', value: {} }),
    }),
    definePage({
      method: 'POST',
      path: '/ui/active',
      access: 'person',
      form: object({}),
      // That a person asked is all: every request of a person prolongs the session.
      handle: () => Promise.resolve({ kind: 'data' }),
    }),
  ];
}
