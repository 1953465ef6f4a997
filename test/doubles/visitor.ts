import { type Browser, openBrowser } from './browser.ts';

export interface Visit {
  status: number;
  html: string;
  /** Where a redirect leads. */
  location: string | null;
}

/** Somebody signed in who opens pages and sends their forms, as a browser without script does. */
export interface Visitor {
  open(path: string): Promise<Visit>;
  /** `inBackground` is how the script sends a form. */
  send(path: string, fields: Record<string, string>, options?: { inBackground?: boolean }): Promise<Visit>;
}

export async function signInVisitor(address: string, username: string, password: string): Promise<Visitor> {
  const browser = openBrowser(address);
  await browser.signIn(username, password);
  const asPage = { accept: 'text/html' };
  return {
    open: (path) => visit(browser, `${address}${path}`, { headers: asPage }),
    send: (path, fields, { inBackground = false } = {}) =>
      visit(browser, `${address}${path}`, {
        method: 'POST',
        headers: { ...asPage, ...(inBackground ? { 'hx-request': 'true' } : {}) },
        body: new URLSearchParams({ ...fields, _csrf: browser.csrfToken ?? '' }),
      }),
  };
}

async function visit(browser: Browser, url: string, request: RequestInit): Promise<Visit> {
  const cookie = Array.from(browser.cookies, ([name, value]) => `${name}=${value}`).join('; ');
  const headers = { ...(request.headers as Record<string, string>), cookie };
  const response = await fetch(url, { ...request, headers, redirect: 'manual' });
  for (const each of response.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
    browser.cookies.set(name, value);
  }
  return { status: response.status, html: await response.text(), location: response.headers.get('location') };
}
