import { invalidUrl, redirected } from './outbound-errors.ts';

/** An http or https URL without credentials. Throws `outbound.invalid_url`; its sentence holds nothing of the text. */
export function readUrl(text: string): URL {
  if (!URL.canParse(text)) throw invalidUrl('This is not the address of a web page or file.');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalidUrl('Only addresses that begin with http:// or https:// are reached.');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidUrl('An address with a user name or a password in it is not reached; send them in a header.');
  }
  return url;
}

export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** Where the redirect leads. Throws `outbound.redirected` when that may not be followed. */
export function redirectTarget(from: URL, location: string): URL {
  if (!URL.canParse(location, from)) throw redirected(from.host, 'to something that is not an address');
  const to = new URL(location, from);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') {
    throw redirected(from.host, 'to something other than http:// or https://');
  }
  if (from.protocol === 'https:' && to.protocol === 'http:') throw redirected(from.host, 'from https:// to http://');
  if (to.username !== '' || to.password !== '') throw redirected(from.host, 'to an address with a password in it');
  return to;
}
