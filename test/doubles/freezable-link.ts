import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

export interface FreezableLink {
  /** The same path through this link. */
  readonly url: string;
  /** Carries nothing any more and closes nothing, as a network that loses every packet. */
  freeze(): void;
  thaw(): void;
  /** Clients that are connected now. */
  open(): number;
}

/** A network between a client and a server that stops working on demand. */
export function useFreezableLink(target: () => string): FreezableLink {
  const clients = new Set<Socket>();
  let frozen = false;

  function carry(client: Socket): void {
    const { hostname, port } = new URL(target());
    const server = connect(Number(port), hostname);
    clients.add(client);
    client.on('close', () => clients.delete(client));
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        if (!frozen) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        if (!frozen) to.destroy();
      });
    }
  }

  const listener = createServer(carry);
  beforeAll(async () => {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    listener.close();
    await once(listener, 'close');
  });

  return {
    get url() {
      const { pathname } = new URL(target());
      return `ws://127.0.0.1:${(listener.address() as AddressInfo).port}${pathname}`;
    },
    freeze: () => (frozen = true),
    thaw: () => (frozen = false),
    open: () => clients.size,
  };
}
