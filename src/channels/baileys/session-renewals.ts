import { type BinaryNode, getBinaryNodeChild, type WASocket } from '@whiskeysockets/baileys';

/** Devices whose present session has lost its worth: they could not read a message, or have a new identity. */
export interface SessionRenewals {
  /** Whether this device is one of them; it is none any more afterwards. */
  take(jid: string, addressOf: (jid: string) => Promise<string>): Promise<boolean>;
}

const mostRemembered = 200;

export function createSessionRenewals(): SessionRenewals & { watch(socket: WASocket): void } {
  const asked = new Set<string>();

  function remember(jid: string | undefined): void {
    if (jid === undefined) return;
    asked.add(jid);
    const [oldest] = asked;
    if (asked.size > mostRemembered && oldest !== undefined) asked.delete(oldest);
  }

  return {
    watch(socket) {
      socket.ws.prependListener('CB:receipt', ({ attrs }: BinaryNode) => {
        if (attrs['type'] === 'retry') remember(attrs['participant'] ?? attrs['from']);
      });
      socket.ws.prependListener('CB:notification', (node: BinaryNode) => {
        if (node.attrs['type'] === 'encrypt' && getBinaryNodeChild(node, 'identity')) remember(node.attrs['from']);
      });
    },
    async take(jid, addressOf) {
      if (asked.size === 0) return false;
      if (asked.delete(jid)) return true;
      const address = await addressOf(jid);
      for (const each of asked) if ((await addressOf(each)) === address) return asked.delete(each);
      return false;
    },
  };
}
