import type { BinaryNode } from '@whiskeysockets/baileys';
import { createAccountQueries, describeQuery } from './account-queries.ts';
import { createClientMessages } from './client-messages.ts';
import { createClientReceipts } from './client-receipts.ts';
import type { Device } from './directory.ts';
import { createEncryptQueries } from './encrypt-queries.ts';
import type { Line } from './line.ts';
import { answerNode, done, type Answer, type AnswerQuery } from './query-answer.ts';
import { children, find } from './stanza.ts';
import { createUsyncQuery } from './usync-query.ts';
import type { PhoneParts } from './phone-parts.ts';

const unknown: Answer = { error: { code: 400, text: 'bad-request' } };
/** Told by clients, and nobody here listens yet. */
const unanswered = new Set(['ib']);

/** Everything a client may send after its handshake. */
export function createClientStanzas(parts: PhoneParts) {
  const { network, post, linking, logins, notices, calls, groupChanges } = parts;
  const messages = createClientMessages(network, post);
  const receipts = createClientReceipts(network, post);
  const queries: Readonly<Record<string, AnswerQuery>> = {
    ...createAccountQueries(network, groupChanges),
    encrypt: createEncryptQueries(network),
    usync: createUsyncQuery(network, notices),
    passive: () => done,
    md: (_device, query) => (find(query, 'remove-companion-device') ? done : undefined),
  };

  async function query(line: Line, device: Device, node: BinaryNode): Promise<void> {
    const { xmlns = '', type } = node.attrs;
    if (type === 'result' || type === 'error') return;
    network.tally.query(xmlns);
    if (network.faults.unanswered(device.number, xmlns)) return;
    const answer = queries[xmlns]?.(device, node);
    if (!answer) network.tally.unknownQuery(describeQuery(node));
    network.state.release(() => line.send(answerNode(node, answer ?? unknown)));
    if (xmlns === 'passive' && find(node, 'active')) await logins.activate(line, device);
    if (xmlns === 'md' && find(node, 'remove-companion-device')) logins.remove(device);
  }

  function call(line: Line, device: Device, node: BinaryNode): void {
    const answer = calls.take(device, node);
    if (answer) line.send(answer);
    else
      network.tally.unknownQuery(
        `call ${children(node)
          .map(({ tag }) => tag)
          .join(',')}`,
      );
  }

  return {
    async take(line: Line, node: BinaryNode): Promise<void> {
      if (linking.take(line, node)) return;
      const device = logins.deviceOf(line);
      if (!device) return;
      if (node.tag === 'iq') await query(line, device, node);
      else if (node.tag === 'message') await messages.take(line, device, node);
      else if (node.tag === 'receipt') await receipts.receipt(line, device, node);
      else if (node.tag === 'ack') receipts.ack(device, node);
      else if (node.tag === 'presence' || node.tag === 'chatstate') network.presences.take(device, node);
      else if (node.tag === 'call') call(line, device, node);
      else if (!unanswered.has(node.tag)) network.tally.unknownQuery(node.tag);
    },
  };
}
