import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Client } from 'pg';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';

export interface TransactionPooler {
  /** The same database through the pooler. */
  readonly connection: ConnectionSettings;
  /** How many transactions it has carried. */
  readonly transactions: number;
  /** What clients sent that only works on a connection of one's own. */
  readonly sessionNeeds: readonly string[];
  close(): Promise<void>;
}

const sslRequest = 80_877_103;
const cancelRequest = 80_877_102;

/** Statements that leave something behind on a connection. */
const needsSession =
  /(^|;)\s*(UN)?LISTEN\b|(^|;)\s*SET\s+(?!LOCAL\b|TRANSACTION\b)|\bpg_(try_)?advisory_(lock|unlock)|\bCREATE\s+TEMP|\bWITH\s+HOLD\b/i;

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** What a server says to a client that it knows. */
function welcome(): Buffer {
  const parameters = {
    server_version: '18.0',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    integer_datetimes: 'on',
  };
  const told = Object.entries(parameters).map(([name, value]) => message('S', Buffer.from(`${name}\0${value}\0`)));
  return Buffer.concat([
    message('R', int32(0)),
    ...told,
    message('K', int32(1), int32(1)),
    message('Z', Buffer.from('I')),
  ]);
}

/** Cuts a stream into messages; `hasStartup`: the first one has no type. */
function messageReader(hasStartup: boolean, take: (type: string, whole: Buffer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let started = !hasStartup;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const headLength = started ? 5 : 4;
      if (pending.length < headLength) return;
      const length = pending.readInt32BE(headLength - 4) + headLength - 4;
      if (pending.length < length) return;
      const whole = pending.subarray(0, length);
      pending = pending.subarray(length);
      const type = started ? whole.toString('latin1', 0, 1) : 'startup';
      if (type !== 'startup' || whole.readInt32BE(4) !== sslRequest) started = true;
      take(type, whole);
    }
  };
}

interface Upstream {
  readonly socket: Socket;
  answered: (type: string, whole: Buffer) => void;
}

/** A connection that is logged in, from then on without its client. */
async function openUpstream(target: ConnectionSettings): Promise<Upstream> {
  const { host, port, user, password, database } = target;
  const client = new Client({ host, port, user, password, database });
  client.on('error', () => undefined);
  await client.connect();
  // Private in the type; the stream of pg's `connection.js`.
  const socket = (client as unknown as { connection: { stream: Socket } }).connection.stream;
  socket.removeAllListeners('data');
  const upstream: Upstream = { socket, answered: () => undefined };
  const read = messageReader(false, (type, whole) => upstream.answered(type, whole));
  socket.on('data', read);
  return upstream;
}

/** A pooler in transaction mode, as hosts offer them: each transaction of a client may run on another connection. */
export async function createTransactionPooler(target: ConnectionSettings, size = 3): Promise<TransactionPooler> {
  const upstreams = await Promise.all(Array.from({ length: size }, () => openUpstream(target)));
  const free = [...upstreams];
  const waiting: ((upstream: Upstream) => void)[] = [];
  const clients = new Set<Socket>();
  const sessionNeeds: string[] = [];
  let transactions = 0;

  /** The one that has rested longest, so that nobody meets his last one again. */
  async function acquire(): Promise<Upstream> {
    return free.shift() ?? new Promise((resolve) => waiting.push(resolve));
  }
  function release(upstream: Upstream): void {
    transactions += 1;
    const next = waiting.shift();
    if (next) next(upstream);
    else free.push(upstream);
  }
  function look(type: string, whole: Buffer): void {
    const [name = '', sql = ''] =
      type === 'P' ? whole.toString('utf8', 5).split('\0') : ['', whole.toString('utf8', 5)];
    if (type === 'P' && name !== '') sessionNeeds.push(`prepared statement ${name}`);
    if ((type === 'P' || type === 'Q') && needsSession.test(sql)) sessionNeeds.push(sql.replaceAll('\0', ''));
  }

  function serve(client: Socket): void {
    let upstream: Upstream | undefined;
    let unanswered = 0;
    let work = Promise.resolve();

    function answered(type: string, whole: Buffer): void {
      client.write(whole);
      if (type !== 'Z') return;
      unanswered -= 1;
      if (unanswered > 0 || whole.toString('latin1', 5, 6) !== 'I' || !upstream) return;
      upstream.answered = () => undefined;
      release(upstream);
      upstream = undefined;
    }
    async function carry(type: string, whole: Buffer): Promise<void> {
      if (client.destroyed) return;
      if (!upstream) {
        upstream = await acquire();
        upstream.answered = answered;
      }
      if (type === 'Q' || type === 'S') unanswered += 1;
      upstream.socket.write(whole);
    }
    function take(type: string, whole: Buffer): void {
      if (type === 'startup') {
        const code = whole.readInt32BE(4);
        if (code === sslRequest) client.write('N');
        else if (code === cancelRequest) client.destroy();
        else client.write(welcome());
      } else if (type === 'X') client.end();
      else {
        look(type, whole);
        work = work.then(() => carry(type, whole));
      }
    }

    clients.add(client);
    client.on('data', messageReader(true, take));
    client.on('error', () => undefined);
    client.on('close', () => {
      clients.delete(client);
      // Whoever leaves in the middle of a transaction leaves a connection in it.
      if (!upstream) return;
      const left = upstream;
      left.answered = (type) => {
        if (type !== 'Z') return;
        left.answered = () => undefined;
        release(left);
      };
      left.socket.write(message('Q', Buffer.from('ROLLBACK\0')));
    });
  }

  const server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    connection: { ...target, host: '127.0.0.1', port },
    get transactions() {
      return transactions;
    },
    sessionNeeds,
    async close() {
      for (const socket of [...clients, ...upstreams.map((upstream) => upstream.socket)]) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
