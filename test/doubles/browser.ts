export interface Page {
  status: number;
  headers: Headers;
  /** What each cookie that was set says of itself. */
  setCookies: string[];
  text: string;
  json: Record<string, unknown>;
  /** `data` of an answer of the API. */
  data: Record<string, unknown>;
}

export interface BrowserRequest {
  body?: unknown;
  /** Fields as a page's form sends them, instead of `body`. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Keeps cookies as a browser does, `Secure` ones too, and follows nothing. */
export interface Browser {
  readonly cookies: Map<string, string>;
  /** The token of the last sign-in, sent with every write. */
  csrfToken: string | undefined;
  call(method: string, path: string, request?: BrowserRequest): Promise<Page>;
  signIn(username: string, password: string, headers?: Record<string, string>): Promise<Page>;
  /** Opens a page. */
  open(path: string): Promise<Page>;
  /** Sends a form of the page that was opened last, as it would without script. */
  submit(path: string, fields?: Record<string, string>): Promise<Page>;
}

export function openBrowser(address: string, always: Record<string, string> = {}): Browser {
  const cookies = new Map<string, string>();
  let formToken = '';

  function keep(setCookies: readonly string[]): void {
    for (const each of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
  }

  const browser: Browser = {
    cookies,
    csrfToken: undefined,
    async call(method, path, { body, form, headers } = {}) {
      const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(`${address}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...always,
          ...(cookie === '' ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(method === 'GET' || browser.csrfToken === undefined ? {} : { 'x-csrf-token': browser.csrfToken }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      });
      const setCookies = response.headers.getSetCookie();
      keep(setCookies);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
      const data = (json['data'] ?? {}) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, setCookies, text, json, data };
    },
    async signIn(username, password, headers = {}) {
      const page = await browser.call('POST', '/api/auth/login', { body: { username, password }, headers });
      if (typeof page.data['csrfToken'] === 'string') browser.csrfToken = page.data['csrfToken'];
      return page;
    },
    async open(path) {
      const page = await browser.call('GET', path, { headers: { accept: 'text/html' } });
      formToken = /name="_csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      return page;
    },
    submit: (path, fields = {}) =>
      browser.call('POST', path, {
        form: { _csrf: formToken, ...fields },
        headers: { accept: 'text/html' },
      }),
  };
  return browser;
}
