import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { IncomingMessage } from '../content.ts';

export interface InboundStanza {
  node: BinaryNode;
  arrival: IncomingMessage['arrival'];
}

/** Knows the stanzas on their way through a socket, and keeps each from overtaking those that came before it. */
export interface InboundStanzas {
  /** Whose ciphertext that is; Baileys hands it on as the same object. Takes it for dealt with. */
  opening(ciphertext: Uint8Array): InboundStanza | undefined;
}

const queuedTags = ['message', 'call', 'receipt', 'notification'] as const;

/**
 * Baileys 7.0.0-rc14 works through what waited on the server one by one, but takes live stanzas at once: a message could
 * be opened before those that waited, or before one that came a moment earlier and whose sender is looked up in the
 * database. Therefore messages are always marked as those of the queue (`offline`), where each waits for its turn; and so
 * is every other stanza until the server has told that the queue is over and the messages of it have been opened.
 */
export function watchStanzas(socket: WASocket): InboundStanzas {
  const byCiphertext = new WeakMap<Uint8Array, InboundStanza>();
  /** Messages of the queue that nobody has begun to open, in order. */
  const waiting = new Set<BinaryNode>();
  let queueIsOver = false;

  socket.ws.prependListener('CB:ib,,offline', () => {
    queueIsOver = true;
  });
  for (const tag of queuedTags) {
    socket.ws.prependListener(`CB:${tag}`, (node: BinaryNode) => {
      const isOffline = node.attrs['offline'] !== undefined;
      const ciphertexts = tag === 'message' ? ciphertextsOf(node) : [];
      for (const each of ciphertexts) byCiphertext.set(each, { node, arrival: isOffline ? 'offline' : 'live' });
      const queueGoesOn = !queueIsOver || waiting.size > 0;
      if (!queueGoesOn && ciphertexts.length === 0) return;
      node.attrs['offline'] ??= '0';
      if (queueGoesOn && ciphertexts.length > 0) waiting.add(node);
    });
  }

  return {
    opening(ciphertext) {
      const stanza = byCiphertext.get(ciphertext);
      if (!stanza || !waiting.has(stanza.node)) return stanza;
      // Those before it that were never opened have been dealt with otherwise.
      for (const node of waiting) {
        waiting.delete(node);
        if (node === stanza.node) break;
      }
      return stanza;
    },
  };
}

export function ciphertextsOf({ content }: BinaryNode): Uint8Array[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((child) =>
    child.tag === 'enc' && child.content instanceof Uint8Array ? [child.content] : [],
  );
}
