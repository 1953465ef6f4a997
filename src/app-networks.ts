import type { Network } from './channels/baileys/connection.ts';
import type { MediaNetwork } from './channels/baileys/media-download.ts';
import type { Config } from './config.ts';
import type { AccountKind } from './features/accounts/accounts.ts';
import type { StartedOnDemand } from './features/sandbox/sandbox.ts';
import { type AllowedHost, createOutboundHttp, type OutboundHttpOptions } from './platform/outbound-http.ts';

export interface NetworkParts {
  outbound: Pick<OutboundHttpOptions, 'userAgent' | 'clock'>;
  /** The network of sandbox accounts. */
  sandbox: StartedOnDemand;
  whatsapp: Config['whatsapp'];
}

/** The network of each kind of account. Throws `account.moving` for the sandbox's when another process owns it. */
export type Networks = (kind: AccountKind) => Promise<Network>;

const webSocketUrl = 'wss://web.whatsapp.com/ws/chat';
const mediaHost = 'mmg.whatsapp.net';

export function createNetworks({ outbound, sandbox, whatsapp }: NetworkParts): Networks {
  const real = whatsApp();

  function http(allowed: AllowedHost[], certificateAuthorities: string | undefined): MediaNetwork['http'] {
    return createOutboundHttp({
      ...outbound,
      allowedHosts: allowed,
      ...(certificateAuthorities !== undefined && { certificateAuthorities }),
    });
  }

  function whatsApp(): Network {
    const root = whatsapp.noiseRootHex === undefined ? undefined : Buffer.from(whatsapp.noiseRootHex, 'hex');
    const trust = { root, strict: whatsapp.strictNoise };
    if (whatsapp.webSocketUrl === undefined) {
      const trusts = (host: string): boolean => /^([\w-]+\.)+whatsapp\.net$/.test(host);
      return { webSocketUrl, trust, media: { http: http([], whatsapp.mediaCa), host: mediaHost, trusts } };
    }
    // Another network has its file servers beside its web sockets, on whichever port.
    const { hostname } = new URL(whatsapp.webSocketUrl);
    const trusts = (host: string): boolean => host.replace(/:\d+$/, '') === hostname;
    const media = { http: http([{ host: hostname, port: undefined }], whatsapp.mediaCa), host: hostname, trusts };
    return { webSocketUrl: whatsapp.webSocketUrl, trust, media };
  }

  return async (kind) => {
    if (kind !== 'sandbox') return real;
    const { url, noiseRoot, mediaHost: host, mediaCa } = await sandbox.running();
    const { hostname, port } = new URL(`https://${host}`);
    const media = { http: http([{ host: hostname, port: Number(port) }], mediaCa), host, trusts: () => false };
    return { webSocketUrl: url, trust: { root: noiseRoot, strict: true }, media };
  };
}
