import { type BinaryNode, USyncContactProtocol, USyncQuery, USyncUser, type WASocket } from '@whiskeysockets/baileys';
import { bareJid, isLid, phoneOf } from '../address.ts';
import type { Person } from '../content.ts';

/** The number that was asked for, or true where it is not repeated; false where it is not on WhatsApp. */
class AskedNumber extends USyncContactProtocol {
  // The type is the library's, which hands on what it gets.
  override parser = ((node: BinaryNode) => {
    const isThere = node.attrs['type'] === 'in';
    return isThere && node.content instanceof Uint8Array ? Buffer.from(node.content).toString() : isThere;
  }) as unknown as USyncContactProtocol['parser'];
}

/**
 * As `onWhatsApp` in Baileys' `Socket/socket.js`, which keeps neither the number that was asked for (the network may know a
 * number under another one) nor the LID. Mappings that it learns are kept with the keys.
 */
export async function askForNumbers(
  socket: WASocket,
  phones: readonly string[],
): Promise<ReadonlyMap<string, Pick<Person, 'jid' | 'lid'>>> {
  const query = new USyncQuery().withLIDProtocol();
  query.protocols.push(new AskedNumber());
  for (const phone of phones) query.withUser(new USyncUser().withPhone(phone));
  const answer = await socket.executeUSyncQuery(query);
  if (!answer) throw new Error('WhatsApp did not say which numbers exist');
  const found = new Map<string, Pick<Person, 'jid' | 'lid'>>();
  for (const { id, contact, lid } of answer.list) {
    if (contact !== true && typeof contact !== 'string') continue;
    const jid = bareJid(id);
    const asked = typeof contact === 'string' ? `+${contact.replace(/\D/g, '')}` : phoneOf(jid);
    if (asked !== null) found.set(asked, { jid, lid: typeof lid === 'string' && isLid(lid) ? bareJid(lid) : null });
  }
  const pairs = [...found.values()].flatMap(({ jid, lid }) => (lid ? [{ lid, pn: jid }] : []));
  await socket.signalRepository.lidMapping.storeLIDPNMappings(pairs);
  return found;
}
