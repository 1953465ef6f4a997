import type { Request } from 'express';
import type { Theme } from '../../views/layout.tsx';
import { cookieOf } from '../platform/cookies.ts';

export const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[];
export const themeCookie = 'theme';

/** The theme that this browser chose; it stands in the first byte of the page, so nothing flashes. */
export function themeOf(request: Request): Theme {
  const chosen = cookieOf(request.headers.cookie, themeCookie);
  return themes.find((theme) => theme === chosen) ?? 'system';
}
