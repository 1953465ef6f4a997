import type { PhoneParts } from './phone-parts.ts';

/** Phones before what belongs to them. */
const order = [
  'phone',
  'group',
  'newsletter',
  'device',
  'prekeys',
  'app-state',
  'one-time-key',
  'session',
  'sender-key',
  'message',
  'queue',
  'receipt',
];

function kindOf(key: string): string {
  return key.split(':', 1)[0] ?? '';
}

/** Every key is `kind:owner:…`. */
export function ownerOf(key: string): string {
  return key.split(':')[1] ?? '';
}

/** Brings back what the store holds, and what phones had not sent yet. */
export async function restore(parts: PhoneParts): Promise<void> {
  const { network, outbox, receipts } = parts;
  const { deliveries, directory, groups, newsletters, state } = network;
  const rows = [...(await state.load(ownerOf))].sort(
    (left, right) =>
      order.indexOf(kindOf(left.key)) - order.indexOf(kindOf(right.key)) || (left.key < right.key ? -1 : 1),
  );
  for (const { key, value } of rows) {
    const [kind = '', ...path] = key.split(':');
    const phone = () => network.phone(path[0] ?? '');
    if (kind === 'phone' || kind === 'device' || kind === 'prekeys') directory.restore(kind, path, value);
    else if (kind === 'app-state') phone().appState.restore(path, value);
    else if (kind === 'group') groups.restore(value);
    else if (kind === 'newsletter') newsletters.restore(value);
    else if (kind === 'session' || kind === 'one-time-key') phone().signal.restore(kind, path, value);
    else if (kind === 'sender-key') phone().senderKeys.restore(path, value);
    else if (kind === 'message') phone().chats.restore(path, value);
    else if (kind === 'queue') await deliveries.restore(path, value);
    else if (kind === 'receipt') await receipts.restore(path, value);
  }
  for (const { number, identity } of directory.phones()) {
    if (!identity.away) await outbox.sendPending(network.phone(number));
  }
}
