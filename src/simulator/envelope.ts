import type { BinaryNode } from '@whiskeysockets/baileys';
import { otherAddressing, type AddressBook, type Addressing, type DeviceAddress } from './addresses.ts';
import type { Group } from './groups.ts';
import { stanza, unixSeconds } from './stanza.ts';

export interface Letter {
  readonly id: string;
  readonly from: DeviceAddress;
  /** The chat's other person, or the group. */
  readonly to: string | Group;
  readonly addressing: Addressing;
  /** Attributes that travel as they are, such as `type`, `edit` and `category`. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

function forGroup(addresses: AddressBook, letter: Letter, group: Group) {
  const { addressing } = group;
  const alternative = addressing === 'lid' ? 'participant_pn' : 'participant_lid';
  return {
    from: group.jid,
    participant: addresses.jid(letter.from.number, addressing, letter.from.device || undefined),
    [alternative]: addresses.jid(letter.from.number, otherAddressing(addressing)),
    addressing_mode: addressing === 'lid' ? 'lid' : 'pn',
  };
}

/**
 * The message stanza as `recipient` sees it: `extractAddressingContext` and `decodeMessageNode` in Baileys'
 * decode-wa-message.js say which attributes carry the other name of sender and chat. The sender's own devices learn the
 * chat from `recipient`.
 */
export function addressLetter(
  addresses: AddressBook,
  letter: Letter,
  recipient: DeviceAddress,
  content: readonly BinaryNode[],
): BinaryNode {
  const { id, from, to, addressing, attributes } = letter;
  const common = {
    id,
    ...attributes,
    t: unixSeconds(),
    notify: from.device === 0 ? `Phone ${from.number.slice(-4)}` : undefined,
  };
  if (typeof to !== 'string') return stanza('message', { ...common, ...forGroup(addresses, letter, to) }, [...content]);

  const sender = addresses.jid(from.number, addressing, from.device || undefined);
  const suffix = addressing === 'lid' ? 'pn' : 'lid';
  if (recipient.number !== from.number) {
    const alternative = { [`sender_${suffix}`]: addresses.jid(from.number, otherAddressing(addressing)) };
    return stanza('message', { ...common, from: sender, ...alternative }, [...content]);
  }
  if (attributes['category'] === 'peer') return stanza('message', { ...common, from: sender }, [...content]);
  const chat = addresses.jid(to, otherAddressing(addressing));
  const alternatives = { [`recipient_${suffix}`]: chat, [`peer_recipient_${suffix}`]: chat };
  return stanza('message', { ...common, from: sender, recipient: addresses.jid(to, addressing), ...alternatives }, [
    ...content,
  ]);
}
