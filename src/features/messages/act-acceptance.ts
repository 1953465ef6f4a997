import { phoneOf } from '../../channels/address.ts';
import type { ActTarget, OutgoingAct } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database.ts';
import { AppError, invalidField } from '../../platform/errors.ts';
import type { Accepted, OutgoingRequest } from './acceptance.ts';
import { isEmoji } from './emoji.ts';
import type { MessageRow } from './message.ts';
import { requireMessage } from './require-message.ts';
import { targetOf } from './stored-content.ts';

export interface ActRequest {
  /** Of the message that it is done to. */
  messageId: string;
  /** undefined = any account's message. */
  accountId: string | undefined;
  act:
    | { type: 'reaction'; /** Empty takes the reaction back. */ emoji: string }
    | { type: 'edit'; text: string }
    | { type: 'deletion' };
}

export type AcceptedAct = Accepted & { accountId: string };

export interface ActAcceptanceOptions {
  accept: (tx: Transaction, request: OutgoingRequest) => Promise<Accepted>;
  clock: Clock;
}

const minuteMs = 60_000;
/** For so long WhatsApp's apps take an edit, and a deletion ("about two days", says its help). */
const mostAgeMs = { edit: 15 * minuteMs, deletion: 48 * 60 * minuteMs };

/** Takes into the queue what is to be done to a message, as a message of its own. */
export function createActAcceptance({ accept, clock }: ActAcceptanceOptions) {
  return async (tx: Transaction, { messageId, accountId, act }: ActRequest): Promise<AcceptedAct> => {
    const target = await requireMessage(tx, messageId, accountId);
    if (act.type === 'reaction' && act.emoji !== '' && !isEmoji(act.emoji)) {
      throw invalidField('emoji', 'must be one emoji, or empty');
    }
    refuseUnlessThere(target);
    if (act.type !== 'reaction') refuseUnlessOwn(target, act.type);
    const leftMs = act.type === 'reaction' ? undefined : timeLeft(target, act.type, clock.now());
    const jid = target.toJid ?? target.chatJid;
    const chatType = target.chatType;
    if (chatType === 'status') throw refusal('message.in_status', 'Nothing can be done to a status from here.');
    const accepted = await accept(tx, {
      accountId: target.accountId,
      origin: 'api',
      to: { jid, type: chatType, phone: phoneOf(jid) },
      content: { ...act, target: keyOf(target) } satisfies OutgoingAct,
      replyTo: null,
      mentions: [],
      referenceId: null,
      priority: 'normal',
      sendAt: null,
      // What would come too late does not leave any more.
      expiresInSeconds: leftMs === undefined ? null : Math.ceil(leftMs / 1_000),
      typing: false,
      // A reaction that is given, taken back and given again is no retry.
      allowDuplicate: true,
    });
    return { ...accepted, accountId: target.accountId };
  };
}

function keyOf({ id, remoteId, direction, fromJid, fromLid }: MessageRow): ActTarget {
  return { id, remoteId, fromMe: direction === 'outgoing', from: fromJid, fromLid };
}

function refuseUnlessThere(target: MessageRow): void {
  if (target.deletedAt) throw refusal('message.deleted', 'This message was deleted for everyone.');
  if (targetOf(target)) {
    throw refusal('message.not_a_message', `This is no message of its own but a ${target.type} of another.`);
  }
  if (target.chatType === 'newsletter') {
    throw refusal('message.in_newsletter', 'Posts of newsletters cannot be reacted to, edited or deleted yet.');
  }
  if (target.direction === 'outgoing' && !target.sentAt) {
    const hint = target.status === 'queued' ? ' It can be cancelled.' : '';
    throw refusal('message.not_sent', `This message is ${target.status}: the recipient does not have it.${hint}`);
  }
}

function refuseUnlessOwn(target: MessageRow, type: 'edit' | 'deletion'): void {
  if (target.direction === 'incoming') {
    const what = type === 'edit' ? 'edited' : 'deleted for everyone';
    throw refusal('message.not_own', `Only a message of your own can be ${what}; this one arrived.`);
  }
  if (type === 'edit' && target.type !== 'text') {
    throw refusal('message.not_text', `Only a text can be edited; this message is of the type ${target.type}.`);
  }
}

/** In ms; throws when it is over. */
function timeLeft({ sentAt }: MessageRow, type: 'edit' | 'deletion', now: Date): number {
  const leftMs = (sentAt?.getTime() ?? 0) + mostAgeMs[type] - now.getTime();
  if (leftMs > 0) return leftMs;
  const rule = type === 'edit' ? 'edited for 15 minutes' : 'deleted for everyone for 48 hours';
  throw refusal('message.too_late', `A message can be ${rule} after it was sent, and this one is older.`);
}

function refusal(code: string, detail: string): AppError {
  return new AppError(code, { status: 409, detail });
}
