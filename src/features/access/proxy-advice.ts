export interface ProxyFacts {
  /** `TRUST_PROXY` */
  trustProxyHops: number;
  /** The headers as they came. */
  forwardedFor: string | undefined;
  forwardedProto: string | undefined;
  /** Whether the browser came by https, as far as the trusted proxies tell. */
  isSecure: boolean;
  /** `SESSION_COOKIE_SECURE` */
  cookieSecure: boolean;
}

/** What is wrong with the settings about proxies, as far as one request shows it: a sentence that names the setting. */
export function proxyAdvice(facts: ProxyFacts): string | undefined {
  const { trustProxyHops: hops, forwardedProto } = facts;
  const addresses = (facts.forwardedFor ?? '').split(',').filter((each) => each.trim() !== '').length;
  const cannotSignIn = facts.cookieSecure && !facts.isSecure ? ' Until then nobody can sign in.' : '';
  if (hops === 0 && (addresses > 0 || forwardedProto !== undefined)) {
    const fitting = Math.max(1, addresses);
    return (
      `A proxy stands in front of this server, and TRUST_PROXY is 0: set TRUST_PROXY=${fitting}, the number of ` +
      `proxies, so that browsers are told apart and https is recognised.${cannotSignIn}`
    );
  }
  if (hops > addresses) {
    const found = addresses === 1 ? '1 address' : `${addresses} addresses`;
    return (
      `TRUST_PROXY is ${hops}, but this request came with ${found} in X-Forwarded-For: set TRUST_PROXY=${addresses}, ` +
      `else anybody can pretend to come from another address.${cannotSignIn}`
    );
  }
  if (cannotSignIn === '') return undefined;
  return hops === 0
    ? 'This page came over plain http, and SESSION_COOKIE_SECURE is true, so nobody can sign in: open the https address ' +
        'and set TRUST_PROXY to the number of proxies, or set SESSION_COOKIE_SECURE=false.'
    : `The proxy says that this page came over ${forwardedProto ?? 'plain http'}, and SESSION_COOKIE_SECURE is true, so ` +
        'nobody can sign in: open the https address, let the proxy send X-Forwarded-Proto (TRUST_PROXY is ' +
        `${hops}), or set SESSION_COOKIE_SECURE=false.`;
}
