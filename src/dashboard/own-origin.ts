import type { IncomingMessage } from 'node:http';

/**
 * Whether a WebSocket is opened by a page of ours. Browsers send `Origin` with every one, and cookies go along with those of
 * foreign pages, so that nothing else tells them apart.
 */
export function createOwnOrigin(options: { publicUrl: string; trustProxyHops: number }) {
  return ({ headers }: IncomingMessage): boolean => {
    const { origin } = headers;
    if (origin === undefined || !URL.canParse(origin)) return false;
    if (origin === options.publicUrl) return true;
    const forwarded = options.trustProxyHops > 0 ? headers['x-forwarded-host'] : undefined;
    const host = (typeof forwarded === 'string' ? forwarded.split(',', 1)[0]?.trim() : undefined) ?? headers.host;
    return new URL(origin).host === host;
  };
}
