import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface Carrier {
  /** Listens on 127.0.0.1; resolves with the port. */
  start(port: number): Promise<number>;
  /** Cuts every connection and stops listening. */
  stop(): Promise<void>;
}

export const carrierPath = '/ws/chat';

/** `refusal` gives the HTTP status with which the next upgrade is refused, or undefined to accept it. */
export function createCarrier(onConnection: (socket: WebSocket) => void, refusal: () => number | undefined): Carrier {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server: Server = createServer((_request, response) => {
    response.writeHead(404).end();
  });

  server.on('upgrade', (request, socket, head) => {
    const status = refusal() ?? (request.url?.split('?')[0] === carrierPath ? undefined : 404);
    socket.on('error', () => socket.destroy());
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, onConnection);
  });

  return {
    start: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
