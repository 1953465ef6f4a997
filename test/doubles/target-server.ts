import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, Socket } from 'node:net';
import type { Dial } from '../../src/platform/outbound-connection.ts';
import { newCertificate } from './tls-proxy.ts';

export interface TargetServer {
  readonly port: number;
  /** Connections that were ever made to it. */
  readonly connections: number;
  /** Those that are still open. */
  readonly open: number;
  stop(): Promise<void>;
}

async function listening(server: Server, host: string): Promise<TargetServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    // Whoever asked may be gone.
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A web server to which the product's requests may go. */
export function startTarget(answer: RequestListener, host = '127.0.0.1'): Promise<TargetServer> {
  return listening(createServer(answer), host);
}

/** Where nothing may arrive: on every address of this machine, of both kinds where there are two. */
export async function startTrap(answer: string | Buffer = 'trapped'): Promise<TargetServer> {
  const trap: RequestListener = (_request, response) => response.end(answer);
  return startTarget(trap, '::').catch(() => startTarget(trap, '0.0.0.0'));
}

/** A web server behind TLS, with a certificate for one host name; `authority` is whom to trust for it. */
export async function startTlsTarget(
  answer: RequestListener,
  name: string,
): Promise<TargetServer & { authority: string }> {
  const certificate = newCertificate(name);
  const target = await listening(createTlsServer(certificate, answer), '127.0.0.1');
  return Object.assign(target, { authority: certificate.cert.toString() });
}

/** Answers with bytes as they are, once something was asked; HTTP or not. */
export function startRawTarget(speak: (socket: Socket) => void): Promise<TargetServer> {
  return listening(
    createTcpServer((socket) => socket.once('data', () => speak(socket))),
    '127.0.0.1',
  );
}

export interface RecordedDial {
  readonly dial: Dial;
  /** `address:port`, in the order in which they were connected to. */
  readonly dialled: readonly string[];
  readonly sockets: readonly Socket[];
}

/** An internet of which the test says where each address leads. Without a way, only this machine itself is reached. */
export function recordDials(
  way: (address: string, port: number) => { port: number } | undefined = () => undefined,
): RecordedDial {
  const dialled: string[] = [];
  const sockets: Socket[] = [];
  return {
    dialled,
    sockets,
    dial(address, port) {
      dialled.push(`${address}:${port}`);
      const target = way(address, port);
      const isLocal = /^(127\.|::1$)/.test(address);
      const socket = target || isLocal ? connect(target?.port ?? port, target ? '127.0.0.1' : address) : new Socket();
      sockets.push(socket);
      return socket;
    },
  };
}
