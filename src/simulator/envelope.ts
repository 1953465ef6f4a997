import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import { otherAddressing, type AddressBook, type Addressing, type DeviceAddress } from './addresses.ts';
import type { Profile } from './directory.ts';
import type { Room } from './groups.ts';
import { unixSeconds } from './stanza.ts';

export interface Letter {
  readonly id: string;
  readonly from: DeviceAddress;
  /** The chat's other person, or the group or status. */
  readonly to: string | Room;
  readonly addressing: Addressing;
  /** Attributes that travel as they are, such as `type`, `edit` and `category`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of who sends it. */
  readonly profile?: Profile | undefined;
}

/** The name that a person shows to others. */
export function ownName(number: string, profile?: Profile): string {
  return profile?.name ?? `Phone ${number.slice(-4)}`;
}

/** As `decryptMessageNode` in Baileys' decode-wa-message.js reads it; the certificate's signature is checked by nobody. */
function verifiedName({ verifiedName: name }: Profile): BinaryNode[] {
  if (name === undefined) return [];
  const details = proto.VerifiedNameCertificate.Details.encode({ verifiedName: name }).finish();
  return [{ tag: 'verified_name', attrs: {}, content: proto.VerifiedNameCertificate.encode({ details }).finish() }];
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
  const { from, to, profile = {} } = letter;
  const room = typeof to === 'string' ? undefined : to;
  const addressing = room?.addressing ?? letter.addressing;
  const suffix = addressing === 'lid' ? 'pn' : 'lid';
  const sender = addresses.jid(from.number, addressing, from.device || undefined);
  const isHidden = addressing === 'lid' && profile.hidesNumber === true && recipient.number !== from.number;
  const senderAlternative = isHidden ? undefined : addresses.jid(from.number, otherAddressing(addressing));
  const attrs: Record<string, string> = { ...letter.attributes, id: letter.id, t: unixSeconds() };
  if (from.device === 0) attrs['notify'] = ownName(from.number, profile);

  if (room) {
    attrs['from'] = room.jid;
    attrs['participant'] = sender;
    if (senderAlternative !== undefined) attrs[`participant_${suffix}`] = senderAlternative;
    attrs['addressing_mode'] = addressing === 'lid' ? 'lid' : 'pn';
  } else if (typeof to === 'string') {
    attrs['from'] = sender;
    if (recipient.number !== from.number) {
      if (senderAlternative !== undefined) attrs[`sender_${suffix}`] = senderAlternative;
    } else if (attrs['category'] !== 'peer') {
      const chatAlternative = addresses.jid(to, otherAddressing(addressing));
      attrs['recipient'] = addresses.jid(to, addressing);
      attrs[`recipient_${suffix}`] = chatAlternative;
      attrs[`peer_recipient_${suffix}`] = chatAlternative;
    }
  }
  return { tag: 'message', attrs, content: [...verifiedName(profile), ...content] };
}
