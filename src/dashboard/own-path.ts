const base = 'http://own.invalid';

/** The path if it is one of this server, for what leads back to where a person was; else the other one. */
export function ownPath(given: string | undefined, otherwise: string): string {
  // Browsers read a backslash as a slash, and two slashes as another server.
  if (given === undefined || !/^\/(?![/\\])/.test(given) || !URL.canParse(given, base)) return otherwise;
  const { origin, pathname, search, hash } = new URL(given, base);
  return origin === base && !pathname.startsWith('//') ? pathname + search + hash : otherwise;
}
