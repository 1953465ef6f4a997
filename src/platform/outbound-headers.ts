import { invalidHeader } from './outbound-errors.ts';

/** They belong to the connection, or decide where a request arrives and how much of it there is. */
const ownedByTheClient =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|accept-encoding|proxy-.*)$/;
/** What may be told to a place to which the caller did not send it. */
const harmless = new Set(['accept', 'accept-language', 'user-agent', 'accept-encoding']);

/** The headers to send, by lower-case name. Throws `outbound.invalid_header`, which names it and never its value. */
export function requestHeaders(given: Readonly<Record<string, string>>, userAgent: string): Record<string, string> {
  const headers: [string, string][] = [
    ['user-agent', userAgent],
    // A packed answer costs more to bound than it saves.
    ['accept-encoding', 'identity'],
  ];
  for (const [name, value] of Object.entries(given)) {
    const isWellFormed = /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
    if (!isWellFormed || ownedByTheClient.test(name.toLowerCase())) throw invalidHeader(name);
    headers.push([name.toLowerCase(), value]);
  }
  return Object.fromEntries(headers);
}

/** What is left of the headers when a redirect leads to another origin. */
export function headersForStrangers(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name)));
}
