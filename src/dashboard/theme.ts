import type { Request, Response } from 'express';
import type { Theme } from '../../views/layout.tsx';
import { cookieOf } from '../platform/cookies.ts';

export const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[];
const themeCookie = 'theme';

/** The theme that this browser chose; it stands in the first byte of the page, so nothing flashes. */
export function themeOf(request: Request): Theme {
  const chosen = cookieOf(request.headers.cookie, themeCookie);
  return themes.find((theme) => theme === chosen) ?? 'system';
}

const yearMs = 365 * 24 * 3_600_000;

export function keepTheme(theme: Theme, response: Response): void {
  const secure = response.req.secure;
  response.cookie(themeCookie, theme, { maxAge: yearMs, sameSite: 'lax', path: '/', httpOnly: true, secure });
}
