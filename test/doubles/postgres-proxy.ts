import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';

export interface PostgresProxy {
  /** The same database through the proxy. */
  connection(): ConnectionSettings;
  /** Connections that are open now. */
  readonly open: number;
  /** Connections that were ever tried. */
  readonly tried: number;
  /** Messages that clients sent, such as `Q BEGIN` or `P <name> <sql>`; only types and texts. */
  readonly sent: readonly string[];
  /** The next `times` connections are answered with this SQLSTATE instead. */
  refuse(sqlstate: string, times: number): void;
  /** Cuts every connection, as a network does. */
  cut(): void;
  /** Stops carrying anything, without closing. */
  freeze(): void;
  /** Carries again, on new connections; what was lost meanwhile ends the old ones. */
  thaw(): void;
  /** Stops listening, until `listen`. */
  close(): Promise<void>;
  listen(): Promise<void>;
}

function errorResponse(sqlstate: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlstate}\0Mrefused by the proxy\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** Splits what a client sends into messages; the first one has no type byte. */
function createDecoder(report: (type: string, text: string) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const headLength = started ? 5 : 4;
      if (pending.length < headLength) return;
      const length = pending.readInt32BE(headLength - 4) + headLength - 4;
      if (pending.length < length) return;
      const type = started ? pending.toString('latin1', 0, 1) : 'startup';
      if (type !== 'p') report(type, pending.toString('utf8', headLength, length));
      pending = pending.subarray(length);
      started = true;
    }
  };
}

/** A network between the pool and Postgres that fails on demand. */
export async function createPostgresProxy(target: ConnectionSettings): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const sent: string[] = [];
  let refusal = { sqlstate: '', times: 0 };
  let frozen = false;
  let tried = 0;
  let port = 0;

  function carry(client: Socket): void {
    const upstream = connect(`${target.host}/.s.PGSQL.${String(target.port)}`);
    const decode = createDecoder((type, text) => sent.push(`${type} ${text.replaceAll('\0', ' ').trim()}`));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        clients.delete(client);
        if (!frozen) for (const end of [client, upstream]) end.destroy();
      });
    }
    clients.add(client);
    client.on('data', (chunk: Buffer) => {
      if (frozen) return;
      decode(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => void (frozen || client.write(chunk)));
  }

  const server = createServer((client) => {
    tried += 1;
    if (refusal.times === 0) {
      carry(client);
      return;
    }
    refusal.times -= 1;
    client.on('error', () => undefined);
    client.once('data', () => client.end(errorResponse(refusal.sqlstate)));
  });
  const listen = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await listen();
  return {
    connection: () => ({ ...target, host: '127.0.0.1', port }),
    get open() {
      return clients.size;
    },
    get tried() {
      return tried;
    },
    sent,
    refuse: (sqlstate, times) => {
      refusal = { sqlstate, times };
    },
    cut,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
      cut();
    },
    listen,
    close: async () => {
      cut();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
