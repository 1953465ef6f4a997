import { dashboardPages } from '../../src/dashboard/pages/pages.ts';
import type { Page } from '../../src/platform/page.ts';
import type { SeededIds } from './seed-rows.ts';

/** Stands for every part of the app while pages are only listed, never shown. */
const anything: unknown = new Proxy(() => undefined, { get: () => anything, apply: () => anything });

/** Every page that the product mounts, so that no test can forget a new one. */
export const definedPages: readonly Page[] = dashboardPages(anything as Parameters<typeof dashboardPages>[0]);

/** The page's path with an id in place of each parameter. */
export function pathOf({ path }: Page, ids: SeededIds): string {
  const kinds = [
    ['/settings/keys', ids.key],
    ['/settings/sessions', ids.session],
    ['/accounts', ids.account],
    ['/webhooks', ids.webhook],
    ['/notifications', 'ntf_1'],
  ] as const;
  const found = kinds.find(([part]) => path.includes(part));
  return path.replaceAll(/:\w+/g, (name) => {
    if (name === ':chat') return '9995550101@s.whatsapp.net';
    if (name === ':delivery') return ids.delivery;
    if (!found) throw new Error(`Tell the tests what stands for ${name} in ${path}`);
    return found[1];
  });
}
