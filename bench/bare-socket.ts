import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSync } from 'esbuild';
import { Server } from 'socket.io';

export interface BareSocket {
  readonly address: string;
  stop(): Promise<void>;
}

const clientCode = `
  import { io } from 'socket.io-client';
  io({ transports: ['websocket'] }).on('changed', (words) => {
    document.getElementById('status').textContent = words;
  });`;

/** The least that can be between a call and a page: no database, no session, no HTML; the words go over the socket. */
export async function startBareSocket(): Promise<BareSocket> {
  const { outputFiles } = buildSync({
    stdin: { contents: clientCode, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: 'browser',
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      io.emit('changed', decodeURIComponent((request.url ?? '').slice(1)));
      response.end();
    } else if (request.url === '/script.js') {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(script);
    } else {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><p id="status"></p><script src="/script.js"></script>');
    }
  });
  const io = new Server(server, { transports: ['websocket'] });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => io.close(),
  };
}
