import { AppError, invalidField } from '../../platform/errors.ts';
import type { Media } from '../media/media.ts';
import { bytesIn, isEmoji, type Messages } from '../messages/messages.ts';
import {
  type CustomerMessage,
  customerNamed,
  customersOf,
  messagesWith,
  refuseOffline,
  usualCustomer,
} from './customers.ts';
import type { NetworkControl, OutgoingPhoneContent, VirtualPhone } from './network.ts';
import { writtenContent, writtenFile } from './phone-content.ts';
import type { CustomerBody } from './sandbox.schemas.ts';

export interface WrittenMessage {
  id: string;
  from: string;
  /** The account's own record of it; null when it has not arrived yet. */
  messageId: string | null;
}

/**
 * What customers do on their phones. All throw `sandbox.customer_offline`; what is done to a message, by its id on the phone,
 * also throws `message.not_found` and `message.deleted`, and resolves with the message as that phone shows it then.
 */
export interface CustomerActs {
  /**
   * A customer, a usual one when none is named, writes to the account; resolves once that is stored, or after a while when
   * the account is away. Throws a 422 that names the field, and what a file is refused for (`media.wrong_type`, …).
   */
  write(accountId: string, message: CustomerBody, signal: AbortSignal): Promise<WrittenMessage>;
  /** An empty emoji takes the reaction back. */
  react(accountId: string, id: string, emoji: string): Promise<CustomerMessage>;
  /** Gives a text of the customer, or a caption, other words. Throws `message.not_own`, `message.not_text`. */
  edit(accountId: string, id: string, text: string): Promise<CustomerMessage>;
  /** Deletes a message of the customer for everyone. Throws `message.not_own`. */
  deleteForEveryone(accountId: string, id: string): Promise<CustomerMessage>;
  /** Without options, takes the vote back. Throws `message.not_poll`, or a 422 for what is no option. */
  vote(accountId: string, id: string, options: readonly string[]): Promise<CustomerMessage>;
}

export interface CustomerActsOptions {
  /** The phone of a linked account. */
  linkedPhone: (accountId: string) => Promise<{ control: NetworkControl; own: VirtualPhone }>;
  messages: Pick<Messages, 'arrived'>;
  media: Pick<Media, 'openBytes'>;
  /** How long a customer's message may take to be stored. */
  arrivalMs: number;
}

interface Target {
  phone: VirtualPhone;
  message: CustomerMessage;
}

export function createCustomerActs(options: CustomerActsOptions): CustomerActs {
  const { linkedPhone, messages, media, arrivalMs } = options;

  async function contentOf(body: CustomerBody, signal: AbortSignal): Promise<OutgoingPhoneContent> {
    if (!('media' in body)) return writtenContent(body);
    const { type: wanted, filename } = body;
    const { data, mimetype } = body.media;
    const request = { wanted, claim: { mimetype, filename } };
    const file = await media.openBytes(bytesIn('media.data', data), request, signal);
    return writtenFile(file, 'caption' in body ? body.caption : undefined);
  }

  async function targetOf(accountId: string, id: string): Promise<Target> {
    const { control, own } = await linkedPhone(accountId);
    const found = customersOf(control, own)
      .flatMap((phone) => messagesWith(phone, own.jid).map((message) => ({ phone, message })))
      .find(({ message }) => message.id === id);
    if (!found) {
      throw new AppError('message.not_found', { status: 404, detail: 'No customer has a message with this id.' });
    }
    refuseOffline(found.phone);
    if (found.message.deleted) throw refusal('message.deleted', 'This message was deleted for everyone.');
    return found;
  }

  async function done(accountId: string, target: Target, act: Promise<void>): Promise<CustomerMessage> {
    await act;
    const { own } = await linkedPhone(accountId);
    return messagesWith(target.phone, own.jid).find(({ id }) => id === target.message.id) ?? target.message;
  }

  return {
    async write(accountId, body, signal) {
      const { control, own } = await linkedPhone(accountId);
      const customer = customerNamed(control, own, 'from', body.from ?? usualCustomer);
      refuseOffline(customer);
      const { replyTo } = body;
      if (replyTo !== undefined && !messagesWith(customer, own.jid).some((message) => message.id === replyTo)) {
        throw invalidField('replyTo', 'is no message on the phone of this customer');
      }
      const content = await contentOf(body, signal);
      const { id } = await customer.send({ to: own.jid, ...(replyTo !== undefined && { replyTo }), ...content });
      const stored = await messages.arrived(accountId, id, arrivalMs, signal);
      return { id, from: `+${customer.number}`, messageId: stored?.id ?? null };
    },
    async react(accountId, id, emoji) {
      const target = await targetOf(accountId, id);
      if (emoji !== '' && !isEmoji(emoji)) throw invalidField('emoji', 'must be one emoji, or empty');
      return done(accountId, target, target.phone.react(id, emoji));
    },
    async edit(accountId, id, text) {
      const target = await targetOf(accountId, id);
      requireOwn(target);
      const { type, media: file } = target.message;
      if (type !== 'text' && !(file && ['image', 'video', 'document'].includes(type))) {
        throw refusal('message.not_text', `A message of the type ${type} has no words that could be edited.`);
      }
      return done(accountId, target, target.phone.edit(id, text));
    },
    async deleteForEveryone(accountId, id) {
      const target = await targetOf(accountId, id);
      requireOwn(target);
      return done(accountId, target, target.phone.delete(id));
    },
    async vote(accountId, id, chosen) {
      const target = await targetOf(accountId, id);
      const { poll } = target.message;
      if (!poll) throw refusal('message.not_poll', 'This message is no poll.');
      const unknown = chosen.findIndex((option) => !poll.options.includes(option));
      if (unknown >= 0) throw invalidField(`options[${unknown}]`, 'is no option of this poll');
      if (poll.maxAnswers > 0 && chosen.length > poll.maxAnswers) {
        throw invalidField('options', `may have at most ${poll.maxAnswers} of this poll`);
      }
      return done(accountId, target, target.phone.vote(id, chosen));
    },
  };
}

function requireOwn({ message }: Target): void {
  if (message.direction !== 'sent') throw refusal('message.not_own', 'The customer did not write this message.');
}

function refusal(code: string, detail: string): AppError {
  return new AppError(code, { status: 409, detail });
}
