// As main.ts does. What journeys leave behind in their process would else make each promise dearer.
import { shareAsyncLocalStorage } from '../../src/platform/shared-async-storage.ts';

shareAsyncLocalStorage();
