// Everything here makes better what works without it: links and forms are real.
import htmx from 'htmx.org';
import { watchActivity } from './activity.ts';
import { watchChecklists } from './checklists.ts';
import { watchComposers } from './composer.ts';
import { watchCopyButtons } from './copy.ts';
import { followForms } from './curl.ts';
import { watchDialogs } from './dialogs.ts';
import { keepDrafts, leaveWhenRefused } from './drafts.ts';
import { watchFiles, watchMedia } from './files.ts';
import { watchFilters } from './filters.ts';
import { watchForms } from './forms.ts';
import { goLive } from './live.ts';
import { watchMenus } from './menus.ts';
import { watchPasswords } from './passwords.ts';
import { watchShortcuts } from './shortcuts.ts';
import { watchSuggestions } from './suggestions.ts';
import { tickTimes } from './times.ts';

watchMenus();
watchDialogs((element) => htmx.process(element));
watchForms();
watchFilters();
watchSuggestions();
watchCopyButtons();
followForms();
watchComposers();
watchFiles();
watchMedia();
watchPasswords();
watchShortcuts();
tickTimes();
keepDrafts();
watchChecklists();
// Pages before signing in have no session to watch and nothing live to show.
if (document.body.dataset['signedIn'] === 'true') {
  watchActivity();
  leaveWhenRefused();
  goLive();
}
