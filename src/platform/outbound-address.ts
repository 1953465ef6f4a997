import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A host that may be reached although its address is private: as `URL.hostname` writes it, on one port or on all. */
export interface AllowedHost {
  readonly host: string;
  readonly port: number | undefined;
}

/** All that IANA has handed out. Outside of it are ranges that nobody names, such as `::7f00:1`, an IPv4 address. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** Where a network translates IPv6 to IPv4 (NAT64), its name server answers with addresses that hold one (RFC 6052). */
const translated = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Whether this is the full notation of an IP address that belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast';
  if (parsed.match(translated)) return new ipaddr.IPv4(parsed.toByteArray().slice(12)).range() === 'unicast';
  return parsed.match(globalUnicast) && parsed.range() === 'unicast';
}

/** The port that a connection to this http or https URL takes. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** The host without the brackets of IPv6: a name or an IP address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function isAllowed(url: URL, allowed: readonly AllowedHost[]): boolean {
  return allowed.some(({ host, port }) => host === url.hostname && (port === undefined || port === portOf(url)));
}
