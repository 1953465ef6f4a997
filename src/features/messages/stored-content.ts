import {
  type ActTarget,
  actTypes,
  type Content,
  isAct,
  type OutgoingAct,
  type UnsupportedContent,
} from '../../channels/content.ts';
import type { Secrets } from '../../platform/secrets.ts';

/** How a message's content stands in its row: type and text by themselves, the rest as JSON. */
export interface ContentColumns {
  type: string;
  text: string | null;
  content: object | null;
}

export function columnsOf(said: Content | UnsupportedContent | OutgoingAct): ContentColumns {
  if (isAct(said)) return columnsOfAct(said);
  if (said.type === 'unsupported') return { type: said.type, text: null, content: null };
  if (said.type === 'text') return { type: said.type, text: said.text, content: null };
  const { type, ...content } = said;
  if (!('caption' in content)) return { type, text: null, content };
  const { caption, ...rest } = content;
  return { type, text: caption, content: rest };
}

/** An emoji or a new text stands where a text does. */
function columnsOfAct(act: OutgoingAct): ContentColumns {
  const { type, target } = act;
  if (type === 'deletion') return { type, text: null, content: { target } };
  return { type, text: type === 'reaction' ? act.emoji : act.text, content: { target } };
}

/** What a row does to another message; undefined for one that stands for itself. */
export function actOf({ type, text, content }: ContentColumns): OutgoingAct | undefined {
  const target = targetOf({ type, content });
  if (!target) return undefined;
  if (type === 'reaction') return { type, target, emoji: text ?? '' };
  return type === 'edit' ? { type, target, text: text ?? '' } : { type: 'deletion', target };
}

/** The message that a row does something to. */
export function targetOf({ type, content }: Pick<ContentColumns, 'type' | 'content'>): ActTarget | undefined {
  const isActRow = (actTypes as readonly string[]).includes(type);
  return isActRow && content && 'target' in content ? (content.target as ActTarget) : undefined;
}

/**
 * The content of a row; undefined for what could not be translated, was deleted, or does something to another message. Only
 * what `columnsOf` made is read.
 */
export function contentOf({ type, text, content }: ContentColumns): Content | undefined {
  if (type === 'text') return text === null ? undefined : { type, text };
  if (content === null || 'target' in content) return undefined;
  const isFile = 'file' in content;
  return { type, ...(isFile && { caption: text }), ...content } as Content;
}

/** Where a message's original is sealed for. */
export function originalPlace(messageId: string): { table: string; row: string; column: string } {
  return { table: 'messages', row: messageId, column: 'original' };
}

/** Where the secret of a text is sealed for. */
export function secretPlace(messageId: string): { table: string; row: string; column: string } {
  return { table: 'messages', row: messageId, column: 'secret' };
}

/** What the votes of a poll of ours are encrypted with: the same in every try, and after a restart. */
export function pollSecret(secrets: Secrets, messageId: string): Uint8Array {
  return secrets.derive(`poll ${messageId}`, 32);
}
