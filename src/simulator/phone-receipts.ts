import { decodeBinaryNode, encodeBinaryNode, type BinaryNode } from '@whiskeysockets/baileys';
import type { Network } from './network.ts';
import type { Post } from './post.ts';
import { decodeJson, encodeJson } from './stanza.ts';

interface DueReceipt {
  readonly sequence: number;
  /** The phone that sends it. */
  readonly number: string;
  /** Whose devices get it. */
  readonly to: string;
  readonly node: BinaryNode;
  readonly dueAt: number;
}

/**
 * Delivery receipts that phones owe. They leave after a delay, and not while the phone is away; until then they are
 * durable, because a phone that has shown a message always confirms it in the end.
 */
export interface PhoneReceipts {
  owe(number: string, to: string, node: BinaryNode): void;
  /** Sends what the phone held back while it was away. */
  release(number: string): Promise<void>;
  forget(number: string): void;
  restore(path: readonly string[], value: Uint8Array): Promise<void>;
  stop(): void;
}

export function createPhoneReceipts(network: Network, post: Post): PhoneReceipts {
  const due = new Map<number, DueReceipt>();
  const held = new Map<string, DueReceipt[]>();
  let nextSequence = 1;
  let timer: NodeJS.Timeout | undefined;

  const keyOf = (receipt: DueReceipt): string =>
    `receipt:${receipt.number}:${receipt.sequence.toString().padStart(12, '0')}`;

  async function send(receipt: DueReceipt): Promise<void> {
    network.state.erase(receipt.number, keyOf(receipt));
    await post.deliverToAll(receipt.to, receipt.node);
  }
  async function sendDue(): Promise<void> {
    timer = undefined;
    for (const receipt of due.values()) {
      if (receipt.dueAt > performance.now()) break;
      due.delete(receipt.sequence);
      if (network.directory.known(receipt.number)?.identity.away) {
        held.set(receipt.number, [...(held.get(receipt.number) ?? []), receipt]);
      } else {
        await send(receipt);
      }
    }
    arm();
  }
  /** All wait equally long, so the first one in is the first one out and one timer is enough. */
  function arm(): void {
    const [first] = due.values();
    if (timer || !first) return;
    timer = setTimeout(
      () => {
        sendDue().catch((error: unknown) =>
          network.log('A phone could not send its receipts', { error: String(error) }),
        );
      },
      Math.max(0, first.dueAt - performance.now()),
    );
  }
  function add(receipt: DueReceipt): void {
    due.set(receipt.sequence, receipt);
    nextSequence = Math.max(nextSequence, receipt.sequence + 1);
    arm();
  }

  return {
    owe(number, to, node) {
      const dueAt = performance.now() + network.receiptDelayMs;
      const receipt = { sequence: nextSequence, number, to, node, dueAt };
      network.state.put(number, keyOf(receipt), () => encodeJson({ to, node: encodeBinaryNode(node) }));
      add(receipt);
    },
    async release(number) {
      const receipts = held.get(number) ?? [];
      held.delete(number);
      for (const receipt of receipts) await send(receipt);
    },
    forget(number) {
      held.delete(number);
      for (const receipt of due.values()) {
        if (receipt.number === number) due.delete(receipt.sequence);
      }
    },
    async restore([number = '', sequence = ''], value) {
      const stored = decodeJson(value) as { to: string; node: Buffer };
      const node = await decodeBinaryNode(stored.node);
      add({ sequence: Number(sequence), number, to: stored.to, node, dueAt: performance.now() });
    },
    stop() {
      clearTimeout(timer);
      due.clear();
    },
  };
}
