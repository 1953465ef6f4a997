import type { Request } from 'express';
import { GeneralView } from '../../../views/settings/general.tsx';
import { SessionsCard } from '../../../views/settings/sessions.tsx';
import type { StoredFiles } from '../../features/media/media.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { themeOf } from '../theme.ts';
import { type AuditPageParts, auditPages } from './audit.pages.tsx';
import { type KeyPageParts, keyPages } from './keys.pages.tsx';
import { type SessionPageParts, sessionPages, sessionsModel } from './sessions.pages.tsx';

export interface SettingsParts extends AuditPageParts, KeyPageParts, SessionPageParts {
  /** `TRUST_PROXY` */
  trustProxyHops: number;
  version: string;
  storedFiles: Pick<StoredFiles, 'usage'>;
  /** What is wrong with the settings about proxies and https, as far as this request shows it. */
  adviceFor(request: Request): string | undefined;
}

export function settingsPages(parts: SettingsParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/settings',
      access: 'person',
      async handle({ http: { request }, address, viewer }) {
        const model = {
          theme: themeOf(request),
          address,
          trustProxyHops: parts.trustProxyHops,
          advice: parts.adviceFor(request),
          version: parts.version,
          storedFiles: await parts.storedFiles.usage(),
        };
        const body = (
          <GeneralView model={model}>
            <SessionsCard model={await sessionsModel(parts, viewer)} />
          </GeneralView>
        );
        return { kind: 'page', title: 'Settings', section: 'settings', body };
      },
    }),
    ...keyPages(parts),
    ...auditPages(parts),
    ...sessionPages(parts),
  ];
}
