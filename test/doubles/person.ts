import type { Queryable } from '../../src/platform/database.ts';
import { type Browser, openBrowser } from './browser.ts';

/** The admin of the servers of journeys. */
export const admin = { username: 'ada', password: 'correct horse battery' } as const;

export const adminEnvironment = { ADMIN_USERNAME: admin.username, ADMIN_PASSWORD: admin.password } as const;

/** Of the password, with few rounds: a server that keeps this one compares sooner than one that hashes its own. */
const quickHash = '$2b$04$n.55ogjkXh1Ksq1nRRF6n.XiRyLxXNV9Vr96MBzQJHsLhgGcbpz1a';

export async function storeAdmin(database: Queryable): Promise<void> {
  await database.execute(`INSERT INTO admin (username, password_hash, source) VALUES ($1, $2, 'setup')`, [
    admin.username,
    quickHash,
  ]);
}

/** Signing in is limited to a few a minute, so a file of tests does it once where it can. */
export async function signIn(address: string): Promise<Browser> {
  const browser = openBrowser(address);
  const { status, json } = await browser.signIn(admin.username, admin.password);
  if (status !== 200) throw new Error(`Signing in: ${status} ${JSON.stringify(json)}`);
  return browser;
}

/** As a browser sends them. */
export function cookieHeader({ cookies }: Pick<Browser, 'cookies'>): string {
  return Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
}
