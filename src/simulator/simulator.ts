import { createCarrier, carrierPath } from './carrier.ts';
import { type Certificates, createCertificates } from './certificates.ts';
import { createClientStanzas } from './client-stanzas.ts';
import type { Control } from './control.ts';
import { assemble } from './assembly.ts';
import { serveLine } from './line.ts';
import { createLocalControl } from './local-control.ts';
import type { SimulatorOptions } from './options.ts';
import { restore } from './restore.ts';

export interface Simulator {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `ws://127.0.0.1:PORT/ws/chat`, once started. */
  readonly url: string;
  /** 32-byte public key that signs the network's Noise certificates. */
  readonly noiseRoot: Uint8Array;
  readonly control: Control;
}

/** Construction does nothing; `start` loads the state and listens. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const log = options.log ?? (() => undefined);
  let made: Certificates | undefined;
  const certificates = (): Certificates => (made ??= createCertificates(options.seed));
  const parts = assemble(options, log);
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
  let port: number | undefined;

  return {
    async start() {
      await restore(parts);
      port = await carrier.start(options.port ?? 0);
    },
    async stop() {
      parts.receipts.stop();
      await carrier.stop();
      await network.state.close();
    },
    get url() {
      if (port === undefined) throw new Error('The simulator has not been started');
      return `ws://127.0.0.1:${port}${carrierPath}`;
    },
    get noiseRoot() {
      return certificates().root;
    },
    control: createLocalControl(parts),
  };
}
