import { expect, test } from 'vitest';
import { proxyAdvice, type ProxyFacts } from './proxy-advice.ts';

const direct: ProxyFacts = {
  trustProxyHops: 0,
  forwardedFor: undefined,
  forwardedProto: undefined,
  isSecure: false,
  cookieSecure: false,
};
const proxied: ProxyFacts = { ...direct, trustProxyHops: 1, forwardedFor: '203.0.113.7', forwardedProto: 'https' };

test.each<[string, ProxyFacts]>([
  ['no proxy, no https', direct],
  ['one proxy with https', { ...proxied, isSecure: true, cookieSecure: true }],
  ['one proxy and an address that the browser invented', { ...proxied, forwardedFor: '10.0.0.1, 203.0.113.7' }],
  ['two proxies', { ...proxied, trustProxyHops: 2, forwardedFor: '203.0.113.7, 10.0.0.2' }],
  ['one proxy without https', { ...proxied, forwardedProto: 'http' }],
])('%s needs no advice', (_, facts) => expect(proxyAdvice(facts)).toBeUndefined());

test.each<[string, ProxyFacts, RegExp]>([
  ['a proxy that is not trusted', { ...proxied, trustProxyHops: 0 }, /^A proxy .*TRUST_PROXY is 0: set TRUST_PROXY=1,/],
  ['two of them', { ...proxied, trustProxyHops: 0, forwardedFor: '203.0.113.7, 10.0.0.2' }, /set TRUST_PROXY=2,/],
  ['one that only names the protocol', { ...direct, forwardedProto: 'https' }, /set TRUST_PROXY=1,/],
  [
    'one that is not trusted, with secure cookies',
    { ...proxied, trustProxyHops: 0, cookieSecure: true },
    /TRUST_PROXY=1.*nobody can sign in\.$/,
  ],
  ['more trusted than there are', { ...proxied, trustProxyHops: 3 }, /TRUST_PROXY is 3.*1 address .*set TRUST_PROXY=1/],
  ['one trusted and none there', { ...direct, trustProxyHops: 1 }, /0 addresses .*set TRUST_PROXY=0/],
  ['secure cookies over plain http', { ...direct, cookieSecure: true }, /TRUST_PROXY.*SESSION_COOKIE_SECURE=false/],
  [
    'secure cookies, and a proxy that came by http',
    { ...proxied, forwardedProto: 'http', cookieSecure: true },
    /came over http, and SESSION_COOKIE_SECURE is true/,
  ],
])('%s: a sentence that names the setting', (_, facts, sentence) => expect(proxyAdvice(facts)).toMatch(sentence));
