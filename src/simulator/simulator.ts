import { createCarrier, carrierPath } from './carrier.ts';
import { type Certificates, createCertificates } from './certificates.ts';
import { createClientStanzas } from './client-stanzas.ts';
import type { Control } from './control.ts';
import { assemble } from './assembly.ts';
import { serveLine } from './line.ts';
import { createLocalControl } from './local-control.ts';
import { createMediaCertificates } from './media-certificates.ts';
import { createMediaHost } from './media-host.ts';
import { createMediaFolder } from './media-store.ts';
import type { SimulatorOptions } from './options.ts';
import { restore } from './restore.ts';

export interface Simulator {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `ws://127.0.0.1:PORT/ws/chat`, once started. */
  readonly url: string;
  /** 32-byte public key that signs the network's Noise certificates. */
  readonly noiseRoot: Uint8Array;
  /** `127.0.0.1:PORT` of the media host, once started. */
  readonly mediaHost: string;
  /** Certificate, as PEM, of the authority that vouches for the media host; once started. */
  readonly mediaCa: string;
  readonly control: Control;
}

/** Construction does nothing; `start` loads the state and listens. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const log = options.log ?? (() => undefined);
  let made: Certificates | undefined;
  const certificates = (): Certificates => (made ??= createCertificates(options.seed));
  const folder = createMediaFolder();
  const parts = assemble(options, options.media ?? folder, log);
  const { network, linking, logins } = parts;
  const stanzas = createClientStanzas(parts);
  const failed = (error: unknown): void => log('A line failed', { error: String(error) });

  const carrier = createCarrier(
    (socket) =>
      serveLine(socket, certificates(), {
        opened: (line) => (line.payload.devicePairingData ? linking.offer(line) : logins.login(line)),
        received: (line, node) => stanzas.take(line, node),
        closed(line) {
          linking.closed(line);
          logins.closed(line);
        },
        failed,
      }),
    () => network.faults.takeRefusedUpgrade(),
  );
  const mediaHost = createMediaHost({ ...network, log });
  let mediaCa: string | undefined;
  let port: number | undefined;

  return {
    async start() {
      const mediaCertificates = await createMediaCertificates(options.seed);
      await mediaHost.start(options.mediaPort ?? 0, mediaCertificates);
      mediaCa = mediaCertificates.ca;
      await restore(parts);
      port = await carrier.start(options.port ?? 0);
    },
    async stop() {
      parts.receipts.stop();
      await carrier.stop();
      await mediaHost.stop();
      await network.state.close();
      await folder.close();
    },
    get url() {
      if (port === undefined) throw new Error('The simulator has not been started');
      return `ws://127.0.0.1:${port}${carrierPath}`;
    },
    get noiseRoot() {
      return certificates().root;
    },
    get mediaHost() {
      return network.media.host;
    },
    get mediaCa() {
      if (mediaCa === undefined) throw new Error('The simulator has not been started');
      return mediaCa;
    },
    control: createLocalControl(parts),
  };
}
