import { decodeBinaryNode, encodeBinaryNode, type BinaryNode } from '@whiskeysockets/baileys';
import type { DeviceAddress } from './addresses.ts';
import type { Faults } from './faults.ts';
import type { Line } from './line.ts';
import { bytesOf } from './stanza.ts';
import type { State } from './state.ts';

interface Entry {
  readonly sequence: number;
  readonly node: BinaryNode;
  readonly acknowledgement: string;
  /** The line on which it was sent last. */
  sentOn?: Line;
}

interface Mailbox {
  readonly address: DeviceAddress;
  readonly entries: Map<number, Entry>;
  readonly byAcknowledgement: Map<string, Entry[]>;
  nextSequence: number;
  /** The line on which stanzas go out as they come; undefined until the device has asked for them. */
  line?: Line;
  lastMessage?: BinaryNode;
}

/**
 * What is on its way to each device. A stanza stays queued until the device acknowledged it (an ack, or for messages a
 * receipt), and is sent again on the device's next login, in order, as the real server does.
 */
export interface Deliveries {
  enqueue(address: DeviceAddress, node: BinaryNode): void;
  /** Sends now, where the device is online, or never: for what is worth nothing later. */
  tell(address: DeviceAddress, node: BinaryNode): void;
  /** True when a stanza of this name was waiting for it: see `acknowledgementOf`. */
  acknowledge(address: DeviceAddress, acknowledgement: string): boolean;
  /** Sends what is queued, marked as offline, and from now on what comes; returns how many were sent. */
  open(address: DeviceAddress, line: Line, select: (node: BinaryNode) => boolean): number;
  /** Sends the rest of the queue and everything the line has missed. */
  catchUp(address: DeviceAddress): void;
  close(address: DeviceAddress, line: Line): void;
  /** Takes everything out: for a phone that returns, or a device that is removed. */
  drain(address: DeviceAddress): readonly BinaryNode[];
  repeatLast(address: DeviceAddress): void;
  /** How many stanzas wait for their acknowledgement. */
  waiting(address: DeviceAddress): number;
  restore(path: readonly string[], value: Uint8Array): Promise<void>;
}

/** Under which name a client's ack of this stanza arrives. */
export function acknowledgementOf(kind: string, id: string, type?: string): string {
  return kind === 'receipt' ? `receipt ${id} ${type ?? ''}` : `${kind} ${id}`;
}

function corrupted(node: BinaryNode): BinaryNode {
  const content = Array.isArray(node.content) ? node.content : [];
  return {
    ...node,
    content: content.map((child) => {
      const ciphertext = child.tag === 'enc' ? bytesOf(child) : undefined;
      if (!ciphertext) return child;
      const position = ciphertext.length - 20;
      ciphertext[position] = (ciphertext[position] ?? 0) ^ 0xff;
      return { ...child, content: ciphertext };
    }),
  };
}

export function createDeliveries(state: State, faults: Faults): Deliveries {
  const mailboxes = new Map<string, Mailbox>();

  function mailbox(address: DeviceAddress): Mailbox {
    const name = `${address.number}:${address.device}`;
    let box = mailboxes.get(name);
    if (!box) {
      box = { address, entries: new Map(), byAcknowledgement: new Map(), nextSequence: 1 };
      mailboxes.set(name, box);
    }
    return box;
  }
  function keyOf(box: Mailbox, entry: Entry): string {
    return `queue:${box.address.number}:${box.address.device}:${entry.sequence.toString().padStart(12, '0')}`;
  }
  function add(box: Mailbox, sequence: number, node: BinaryNode): Entry {
    const acknowledgement = acknowledgementOf(node.tag, node.attrs['id'] ?? '', node.attrs['type']);
    const entry: Entry = { sequence, node, acknowledgement };
    box.entries.set(sequence, entry);
    const same = box.byAcknowledgement.get(acknowledgement);
    if (same) same.push(entry);
    else box.byAcknowledgement.set(acknowledgement, [entry]);
    box.nextSequence = Math.max(box.nextSequence, sequence + 1);
    return entry;
  }
  function remove(box: Mailbox, entry: Entry): void {
    box.entries.delete(entry.sequence);
    const rest = (box.byAcknowledgement.get(entry.acknowledgement) ?? []).filter((other) => other !== entry);
    if (rest.length > 0) box.byAcknowledgement.set(entry.acknowledgement, rest);
    else box.byAcknowledgement.delete(entry.acknowledgement);
    state.erase(box.address.number, keyOf(box, entry));
  }
  function write(box: Mailbox, line: Line, node: BinaryNode): void {
    const corrupt = node.tag === 'message' && faults.take('corrupt-next', box.address.number) !== undefined;
    line.send(corrupt ? corrupted(node) : node);
  }
  function send(box: Mailbox, entry: Entry, offline: boolean): void {
    const { line } = box;
    if (!line || line.silent || entry.sentOn === line || !box.entries.has(entry.sequence)) return;
    entry.sentOn = line;
    if (entry.node.tag === 'message') box.lastMessage = entry.node;
    write(box, line, offline ? { ...entry.node, attrs: { ...entry.node.attrs, offline: '0' } } : entry.node);
  }

  return {
    enqueue(address, node) {
      const box = mailbox(address);
      const entry = add(box, box.nextSequence, node);
      state.put(address.number, keyOf(box, entry), () => encodeBinaryNode(node));
      state.release(() => send(box, entry, false));
    },
    tell(address, node) {
      mailbox(address).line?.send(node);
    },
    acknowledge(address, acknowledgement) {
      const box = mailbox(address);
      const entry = box.byAcknowledgement.get(acknowledgement)?.find((candidate) => candidate.sentOn !== undefined);
      if (entry) remove(box, entry);
      return entry !== undefined;
    },
    open(address, line, select) {
      const box = mailbox(address);
      box.line = line;
      const entries = [...box.entries.values()].filter((entry) => select(entry.node));
      for (const entry of entries) send(box, entry, true);
      return entries.length;
    },
    catchUp(address) {
      const box = mailbox(address);
      for (const entry of box.entries.values()) send(box, entry, false);
    },
    close(address, line) {
      const box = mailbox(address);
      if (box.line === line) delete box.line;
    },
    drain(address) {
      const box = mailbox(address);
      const entries = [...box.entries.values()];
      for (const entry of entries) remove(box, entry);
      return entries.map((entry) => entry.node);
    },
    repeatLast(address) {
      const box = mailbox(address);
      if (box.line && box.lastMessage) write(box, box.line, box.lastMessage);
    },
    waiting: (address) => mailbox(address).entries.size,
    async restore([number = '', device = '', sequence = ''], value) {
      const node = await decodeBinaryNode(Buffer.from(value));
      add(mailbox({ number, device: Number(device) }), Number(sequence), node);
    },
  };
}
