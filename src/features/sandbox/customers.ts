import { parseAddress, phoneOf } from '../../channels/address.ts';
import { AppError, invalidField } from '../../platform/errors.ts';
import type { MessageContent } from '../messages/messages.ts';
import type { NetworkControl, PhoneMessage, VirtualPhone } from './network.ts';
import { shownContent } from './phone-content.ts';

/** A message as the customer's phone shows it. */
export interface CustomerMessage extends MessageContent {
  id: string;
  /** `+999…` */
  customer: string;
  /** Seen from the customer. */
  direction: 'received' | 'sent';
  /** Id of the message that it answers. */
  replyTo: string | null;
  /** One of each person, `+999…`. */
  reactions: { from: string; emoji: string }[];
  edited: boolean;
  /** For everyone; nothing is left of what it said. */
  deleted: boolean;
  at: string;
  status: Exclude<PhoneMessage['status'], 'played'>;
}

/** A customer's phone, as far as one account is concerned. */
export interface CustomerPhone {
  /** `+999…` */
  number: string;
  /** It has no network: nothing reaches it, and nothing leaves it. */
  offline: boolean;
  /** Messages of the account that were not opened yet. */
  unread: number;
  /** Oldest first. */
  messages: CustomerMessage[];
}

/** Who writes where nobody is named. */
export const usualCustomer = '+9995550101';

/** The phones that have a chat with this one; where there is none yet, the usual customer's. */
export function customersOf(control: NetworkControl, own: VirtualPhone | undefined): VirtualPhone[] {
  const others = own ? control.phones().filter(({ number }) => number !== own.number) : [];
  const found = own ? others.filter((phone) => messagesWith(phone, own.jid).length > 0) : [];
  return found.length > 0 ? found : [control.phone(usualCustomer.slice(1))];
}

/** The phone of a customer as callers name it in `field`. */
export function customerNamed(control: NetworkControl, own: VirtualPhone, field: string, given: string): VirtualPhone {
  const parsed = parseAddress(given);
  const phone = parsed.ok ? phoneOf(parsed.address.jid) : null;
  if (!phone?.startsWith('+999')) throw invalidField(field, 'must be a number of the sandbox, which starts with +999');
  if (phone === `+${own.number}`) throw invalidField(field, 'is the number of the account itself');
  return control.phone(phone.slice(1));
}

export function refuseOffline(phone: VirtualPhone): void {
  if (!phone.isAway()) return;
  throw new AppError('sandbox.customer_offline', {
    status: 409,
    detail: `The phone of +${phone.number} is offline. Bring it back first.`,
  });
}

export function messagesWith(phone: VirtualPhone, jid: string): CustomerMessage[] {
  return phone
    .messages()
    .filter(({ chat }) => chat === jid)
    .map((message) => ({
      id: message.id,
      customer: `+${phone.number}`,
      direction: message.fromMe ? ('sent' as const) : ('received' as const),
      ...shownContent(message),
      replyTo: message.replyTo ?? null,
      reactions: message.reactions.map(({ from, emoji }) => ({ from: phoneOf(from) ?? from, emoji })),
      edited: message.edited,
      deleted: message.deleted,
      at: message.at,
      status: message.status === 'played' ? 'read' : message.status,
    }));
}

export function customerPhone(phone: VirtualPhone, own: VirtualPhone | undefined): CustomerPhone {
  const messages = own ? messagesWith(phone, own.jid) : [];
  return {
    number: `+${phone.number}`,
    offline: phone.isAway(),
    unread: messages.filter(({ status }) => status === 'received').length,
    messages,
  };
}
