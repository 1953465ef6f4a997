import type { ConnectionSettings } from '../../src/platform/database-connection.ts';

/** `DATABASE_URL` for a server that listens on a socket. */
export function databaseUrl({ user, password, host, port, database }: ConnectionSettings): string {
  const query = `host=${encodeURIComponent(host)}&port=${port}`;
  return `postgresql://${user}:${encodeURIComponent(password)}@/${database}?${query}`;
}
