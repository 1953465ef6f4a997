import type { MediaNetwork } from '../../src/channels/baileys/media-download.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createOutboundHttp } from '../../src/platform/outbound-http.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';

/** The file servers of a simulated network, once it has started. */
export function mediaOf(simulator: Simulator): MediaNetwork {
  const host = simulator.mediaHost;
  const { hostname, port } = new URL(`https://${host}`);
  const http = createOutboundHttp({
    allowedHosts: [{ host: hostname, port: Number(port) }],
    userAgent: 'test',
    clock: systemClock,
    certificateAuthorities: simulator.mediaCa,
  });
  return { http, host, trusts: () => false };
}
