import { decodeBinaryNode, encodeBinaryNode, type BinaryNode, type proto } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import type { Certificates } from './certificates.ts';
import { createFrameReader, encodeFrame } from './frame-reader.ts';
import { createNoiseResponder, type Transport } from './noise-responder.ts';

/** One client's connection, from its handshake on. */
export interface Line {
  readonly clientKey: Buffer;
  readonly payload: proto.ClientPayload;
  send(node: BinaryNode): void;
  /** Sends the node (a stream error or failure), then closes. */
  end(node: BinaryNode): void;
  /** Cuts the connection without a word. */
  drop(): void;
  /** While silent nothing is read or written, as if the network between lost every packet. */
  setSilent(silent: boolean): void;
  readonly silent: boolean;
  /** What is sent now leaves. */
  readonly isOpen: boolean;
  /** Each stanza travels this long before it reaches the client. */
  setLatency(ms: number): void;
}

export interface LineHandlers {
  opened(line: Line): void;
  /** One stanza at a time; the next one waits for the promise. */
  received(line: Line, node: BinaryNode): Promise<void>;
  closed(line: Line): void;
  failed(error: unknown): void;
}

function asBuffer(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (Array.isArray(data)) return Buffer.concat(data.filter((part) => Buffer.isBuffer(part)));
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.alloc(0);
}

/** Sends in order, each after `latency()` ms; without latency at once. */
function createOutbox(latency: () => number, write: (node: BinaryNode) => void) {
  let inTransit = 0;
  return (node: BinaryNode): void => {
    const ms = latency();
    if (ms === 0 && inTransit === 0) {
      write(node);
      return;
    }
    inTransit += 1;
    setTimeout(() => {
      inTransit -= 1;
      write(node);
    }, ms);
  };
}

export function serveLine(socket: WebSocket, certificates: Certificates, handlers: LineHandlers): void {
  const noise = createNoiseResponder(certificates);
  let line: Line | undefined;
  let transport: Transport | undefined;
  let helloSeen = false;
  let latencyMs = 0;
  let silent = false;
  let work: Promise<void> = Promise.resolve();

  function write(node: BinaryNode): void {
    if (!transport || silent || socket.readyState !== socket.OPEN) return;
    socket.send(encodeFrame(transport.encrypt(encodeBinaryNode(node))));
  }
  const send = createOutbox(() => latencyMs, write);

  function open(clientKey: Buffer, payload: proto.ClientPayload): Line {
    return {
      clientKey,
      payload,
      send,
      end(node) {
        write(node);
        socket.close();
      },
      drop: () => socket.terminate(),
      setSilent: (value) => (silent = value),
      get silent() {
        return silent;
      },
      get isOpen() {
        return !silent && socket.readyState === socket.OPEN;
      },
      setLatency: (ms) => (latencyMs = ms),
    };
  }

  function handshake(frame: Buffer): void {
    if (!helloSeen) {
      helloSeen = true;
      socket.send(encodeFrame(noise.answerHello(frame)));
      return;
    }
    const finished = noise.finish(frame);
    transport = finished.transport;
    line = open(finished.clientKey, finished.payload);
    handlers.opened(line);
  }

  async function handle(opened: Line, plaintext: Buffer): Promise<void> {
    try {
      await handlers.received(opened, await decodeBinaryNode(plaintext));
    } catch (error) {
      handlers.failed(error);
    }
  }

  const read = createFrameReader((frame) => {
    if (!transport || !line) {
      handshake(frame);
      return;
    }
    const plaintext = transport.decrypt(frame);
    const opened = line;
    if (!silent) work = work.then(() => handle(opened, plaintext));
  });

  socket.on('message', (data: unknown) => {
    try {
      read(asBuffer(data));
    } catch (error) {
      handlers.failed(error);
      socket.terminate();
    }
  });
  socket.on('error', (error) => handlers.failed(error));
  socket.on('close', () => {
    if (line) handlers.closed(line);
  });
}
