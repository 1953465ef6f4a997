import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Clock, waitEnded } from './clock.ts';
import { type AllowedHost, bareHost, isAllowed, isPublicAddress, portOf } from './outbound-address.ts';
import { privateAddress } from './outbound-errors.ts';
import type { KeptConnections } from './outbound-kept.ts';

/** All addresses of a host name, in the order in which they are to be tried. Rejects when it has none. */
export type ResolveHost = (name: string) => Promise<readonly string[]>;

/** Begins a TCP connection to an IP address. */
export type Dial = (address: string, port: number) => Socket;

export interface ConnectionOptions {
  allowedHosts: readonly AllowedHost[];
  resolve: ResolveHost;
  dial: Dial;
  /** PEM of the roots to trust; undefined for Node's. */
  certificateAuthorities: string | undefined;
  /** Where connections go that may be used again; without it each request has its own. */
  kept: KeptConnections | undefined;
  clock: Clock;
}

/** As the system does: its hosts file and its search list count. */
export const systemResolve: ResolveHost = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

export const systemDial: Dial = (address, port) => connect({ host: address, port });

/** How long an address is tried alone before the next one is tried beside it (RFC 8305). */
const nextAddressMs = 250;
const mostAddresses = 8;

/**
 * A connection to the URL's host, with TLS for https. What was looked up is checked and then connected to as it is, so that
 * a name server which changes its mind cannot lead elsewhere. Throws `outbound.private_address`, or what the look-up and
 * the sockets threw; leaves no socket behind when it throws or when the signal aborts.
 */
export async function openConnection(url: URL, options: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  const addresses = await permittedAddresses(url, options);
  const socket = await connectToFirst(addresses.slice(0, mostAddresses), portOf(url), options, signal);
  return url.protocol === 'https:' ? secured(socket, url, options, signal) : socket;
}

async function permittedAddresses(url: URL, { allowedHosts, resolve }: ConnectionOptions): Promise<readonly string[]> {
  const host = bareHost(url);
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  if (addresses.length === 0) throw Object.assign(new Error('No address'), { code: 'ENOTFOUND' });
  if (!isAllowed(url, allowedHosts) && !addresses.every(isPublicAddress)) throw privateAddress(url.host);
  return addresses;
}

/** Resolves once the event came; rejects when the socket failed or was closed before. */
function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.once('close', () => reject(new Error('The connection was closed')));
    // Stays: an error that comes while nobody else listens would end the process.
    socket.on('error', reject);
  });
}

async function connectToFirst(
  addresses: readonly string[],
  port: number,
  { dial, clock }: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const sockets: Socket[] = [];
  const attempts: Promise<Socket>[] = [];
  const settled = new AbortController();
  const giveUp = (): void => sockets.forEach((socket) => socket.destroy());
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    for (const [index, address] of addresses.entries()) {
      signal.throwIfAborted();
      const socket = dial(address, port);
      sockets.push(socket);
      attempts.push(connected(socket, 'connect'));
      const anyOfThem = Promise.any(attempts);
      if (index === addresses.length - 1) return keepOnly(await anyOfThem, sockets);
      const whileAlone = clock.sleep(nextAddressMs, settled.signal).catch(() => undefined);
      const first = await Promise.race([anyOfThem.catch(() => undefined), whileAlone]);
      if (first) return keepOnly(first, sockets);
    }
    throw new Error('No address');
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    settled.abort(waitEnded);
    signal.removeEventListener('abort', giveUp);
  }
}

function keepOnly(chosen: Socket, sockets: readonly Socket[]): Socket {
  for (const socket of sockets) if (socket !== chosen) socket.destroy();
  return chosen;
}

async function secured(socket: Socket, url: URL, options: ConnectionOptions, signal: AbortSignal): Promise<Socket> {
  const host = bareHost(url);
  const secure = connectTls({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host.replace(/\.$/, '') } : {}),
    ...(options.certificateAuthorities === undefined ? {} : { ca: options.certificateAuthorities }),
    ALPNProtocols: ['http/1.1'],
    // Said here, so that no variable of Node can switch it off.
    rejectUnauthorized: true,
  });
  const giveUp = (): void => {
    secure.destroy();
    socket.destroy();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    signal.throwIfAborted();
    return await connected(secure, 'secureConnect');
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
