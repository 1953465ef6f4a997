import type { Request, Response } from 'express';
import { cookieOf } from '../../platform/cookies.ts';

const cookie = 'first-run';
const yearMs = 365 * 24 * 3_600_000;

/** Whether this browser has dismissed the first steps. */
export function hidesFirstRun(request: Request): boolean {
  return cookieOf(request.headers.cookie, cookie) === 'hidden';
}

export function hideFirstRun(response: Response): void {
  response.cookie(cookie, 'hidden', { httpOnly: true, sameSite: 'lax', maxAge: yearMs });
}
