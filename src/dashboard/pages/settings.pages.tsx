import type { Request } from 'express';
import type { VNode } from 'preact';
import { GeneralView } from '../../../views/settings/general.tsx';
import { definePage, type Page, type Viewer } from '../../platform/page.ts';
import { themeOf } from '../theme.ts';
import { type AuditPageParts, auditPages } from './audit.pages.tsx';
import { type KeyPageParts, keyPages } from './keys.pages.tsx';

export interface SettingsParts extends AuditPageParts, KeyPageParts {
  /** `TRUST_PROXY` */
  trustProxyHops: number;
  version: string;
  /** What is wrong with the settings about proxies and https, as far as this request shows it. */
  adviceFor(request: Request): string | undefined;
  /** The part of the page about who is signed in. */
  sessions?: (viewer: Viewer | undefined) => Promise<VNode>;
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
        };
        const body = <GeneralView model={model}>{await parts.sessions?.(viewer)}</GeneralView>;
        return { kind: 'page', title: 'Settings', section: 'settings', body };
      },
    }),
    ...keyPages(parts),
    ...auditPages(parts),
  ];
}
