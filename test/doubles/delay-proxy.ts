import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';

export interface DelayProxy {
  /** The same database through the proxy. */
  readonly connection: ConnectionSettings;
  /** How often clients have waited: what they sent in one go, or before an answer came, is one. */
  readonly roundTrips: number;
  close(): Promise<void>;
}

export interface DelayProxyOptions {
  target: ConnectionSettings;
  /** Of a round trip: half of it each way. */
  delayMs: number;
  /** Calls of one length are carried out in their order, as those of `setTimeout` are. */
  later?: (work: () => void, ms: number) => void;
}

const headLength = 5;
const readyForQuery = 'Z'.charCodeAt(0);

/** Finds each ReadyForQuery in what a server sends, however it is cut into chunks. */
function createAnswerReader(answered: () => void): (chunk: Buffer) => void {
  const head = Buffer.alloc(headLength);
  let headFilled = 0;
  let bodyLeft = 0;
  return (chunk) => {
    for (let offset = 0; offset < chunk.length;) {
      if (headFilled < headLength) {
        const copied = chunk.copy(head, headFilled, offset);
        headFilled += copied;
        offset += copied;
        if (headFilled < headLength) return;
        bodyLeft = head.readInt32BE(1) - 4;
        if (head[0] === readyForQuery) answered();
      }
      const skipped = Math.min(bodyLeft, chunk.length - offset);
      bodyLeft -= skipped;
      offset += skipped;
      if (bodyLeft === 0) headFilled = 0;
    }
  };
}

/** A Postgres that is so far away: every chunk arrives half of the delay later, in order, however large it is. */
export async function createDelayProxy(options: DelayProxyOptions): Promise<DelayProxy> {
  const { target, delayMs, later = setTimeout } = options;
  const sockets = new Set<Socket>();
  let roundTrips = 0;

  function carry(client: Socket): void {
    const upstream = target.host.startsWith('/')
      ? connect(`${target.host}/.s.PGSQL.${target.port}`)
      : connect(target.port, target.host);
    let waits = false;
    const read = createAnswerReader(() => {
      if (waits) roundTrips += 1;
      waits = false;
    });
    client.on('data', () => (waits = true));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('data', (chunk: Buffer) =>
        later(() => {
          if (from === upstream) read(chunk);
          to.write(chunk);
        }, delayMs / 2),
      );
      from.on('close', () => {
        sockets.delete(from);
        later(() => to.end(), delayMs / 2);
      });
    }
  }

  const server = createServer(carry);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    connection: { ...target, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    get roundTrips() {
      return roundTrips;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
