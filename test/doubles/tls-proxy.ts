import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';

export interface TlsProxy {
  readonly address: string;
  stop(): Promise<void>;
}

/** What stands in front of a server on most hosts: ends TLS and says for whom and over what it asks. */
export async function startTlsProxy(target: () => string): Promise<TlsProxy> {
  const proxy = createServer(newCertificate());

  function forwarded(asked: IncomingMessage): RequestOptions {
    const { hostname, port } = new URL(target());
    const from = asked.socket.remoteAddress ?? '';
    const headers = { ...asked.headers, 'x-forwarded-for': from, 'x-forwarded-proto': 'https' };
    return { hostname, port, method: asked.method, path: asked.url, headers };
  }

  proxy.on('request', (asked, answer) => {
    const asking = request(forwarded(asked), (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      pipeline(answered, answer, () => undefined);
    });
    asking.once('error', () => answer.destroy());
    pipeline(asked, asking, () => undefined);
  });
  proxy.on('upgrade', (asked, socket) => {
    const asking = request(forwarded(asked));
    asking.once('upgrade', (answered, upstream, first) => {
      const headers = Object.entries(answered.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('')}\r\n`);
      // What came along with the answer.
      socket.write(first);
      upstream.pipe(socket).pipe(upstream);
      for (const end of [upstream, socket])
        end.once('error', () => [upstream, socket].forEach((each) => each.destroy()));
    });
    asking.once('response', () => socket.destroy());
    asking.once('error', () => socket.destroy());
    asking.end();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    address: `https://localhost:${(proxy.address() as AddressInfo).port}`,
    async stop() {
      proxy.close();
      proxy.closeAllConnections();
      await once(proxy, 'close');
    },
  };
}

/** Of an authority that nobody trusts, unless told to: its own. */
export function newCertificate(host = 'localhost'): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'tls-proxy-'));
  try {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
    const name = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', 'certificate.pem', ...name], {
      cwd: folder,
      stdio: 'pipe',
    });
    return { key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'certificate.pem')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
