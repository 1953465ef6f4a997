import { waitFor } from '../test/doubles/wait-for.ts';
import type { Product } from './product.ts';

async function count({ database }: Product, direction: string, statuses: readonly string[]): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM messages WHERE direction = $1 AND status = ANY($2)`;
  return (await database.queries.one<{ count: number }>(sql, [direction, statuses]))?.count ?? 0;
}

/** Sent messages that the network has confirmed. */
export function confirmedSends(product: Product): Promise<number> {
  return count(product, 'outgoing', ['sent', 'delivered', 'read']);
}

/** Received messages, which are stored with their events. */
export function storedReceives(product: Product): Promise<number> {
  return count(product, 'incoming', ['received', 'read']);
}

/** All that was sent has been delivered, so that nothing is left to do. */
export async function allDelivered(product: Product): Promise<void> {
  await waitFor(async () => (await count(product, 'outgoing', ['queued', 'sending', 'sent'])) === 0);
}
