import { isIP } from 'node:net';
import { type AllowedHost, bareHost, isAllowed, isPublicAddress } from '../../platform/outbound-address.ts';
import { invalidField, isAppError } from '../../platform/errors.ts';
import { privateAddress } from '../../platform/outbound-errors.ts';
import { requestHeaders } from '../../platform/outbound-headers.ts';
import { readUrl } from '../../platform/outbound-target.ts';

/**
 * Throws 422 naming `url` where it can be no endpoint. A name is looked up when it is connected to, and refused then if it
 * leads to a private address.
 */
export function requireEndpoint(text: string, allowedHosts: readonly AllowedHost[]): void {
  const url = asField('url', () => readUrl(text));
  const host = bareHost(url);
  const isPrivate = isIP(host) === 0 ? /^(.+\.)?localhost\.?$/.test(host) : !isPublicAddress(host);
  if (isPrivate && !isAllowed(url, allowedHosts))
    throw invalidField('url', `is refused: ${privateAddress(url.host).message}`);
}

/** What says who sends and what it is comes from here. */
const ours = /^(content-type|webhook-.*|x-hub-.*|x-webhook-.*|user-agent)$/i;

/** Throws 422 naming the header that cannot be sent. */
export function requireSendable(headers: Readonly<Record<string, string>>): void {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  for (const [index, name] of names.entries()) {
    if (ours.test(name)) throw invalidField(`headers.${name}`, 'is set by this server');
    if (names.indexOf(name) !== index) throw invalidField(`headers.${name}`, 'is given twice');
  }
  asField('headers', () => requestHeaders(headers, ''));
}

function asField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isAppError(error)) throw invalidField(field, `is refused: ${error.message}`);
    throw error;
  }
}
