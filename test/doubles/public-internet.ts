import { systemClock } from '../../src/platform/clock.ts';
import { createOutboundHttp, type OutboundHttp, type OutboundHttpOptions } from '../../src/platform/outbound-http.ts';
import { type RecordedDial, recordDials, type TargetServer } from './target-server.ts';
import { waitFor } from './wait-for.ts';

export interface PublicInternet extends RecordedDial {
  readonly client: (options?: Partial<OutboundHttpOptions>) => OutboundHttp;
  /** Resolves once no connection is open, at neither end. */
  readonly allClosed: () => Promise<void>;
}

/** Every name has one public address, and every address leads to the target. */
export function publicInternet(target: () => TargetServer): PublicInternet {
  const wire = recordDials(target);
  return {
    ...wire,
    client: (options) =>
      createOutboundHttp({
        allowedHosts: [],
        userAgent: 'Switchboard/1',
        clock: systemClock,
        dial: wire.dial,
        resolve: async () => ['93.184.216.34'],
        ...options,
      }),
    allClosed: () => waitFor(() => target().open === 0 && wire.sockets.every((socket) => socket.destroyed)),
  };
}
