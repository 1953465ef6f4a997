/** One cookie of a `Cookie` header, decoded; undefined when it is not there or not well encoded. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key = '', ...rest] = part.split('=');
    if (key.trim() !== name) continue;
    try {
      return decodeURIComponent(rest.join('=').trim());
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** Over https only, browsers keep a `__Host-` cookie from being set by plain http or by another host of the domain. */
export function cookieName(base: string, secure: boolean): string {
  return secure ? `__Host-${base}` : base;
}

/** For every cookie of ours: no script reads it, no other site's form sends it. */
export function cookieAttributes(secure: boolean): { httpOnly: true; sameSite: 'lax'; path: '/'; secure: boolean } {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure };
}
