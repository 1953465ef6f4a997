import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Device } from './directory.ts';
import { stanza } from './stanza.ts';

/** What the server says to a query: the children of its result, or an error. */
export type Answer =
  | { readonly content: readonly BinaryNode[]; readonly error?: undefined }
  | { readonly error: { readonly code: number; readonly text: string } };

/** Undefined: this query is not known. */
export type AnswerQuery = (device: Device, query: BinaryNode) => Answer | undefined;

export const done: Answer = { content: [] };
export const notFound: Answer = { error: { code: 404, text: 'item-not-found' } };

export function result(...content: readonly BinaryNode[]): Answer {
  return { content };
}

export function answerNode(query: BinaryNode, answer: Answer): BinaryNode {
  const { id, to } = query.attrs;
  if (answer.error) {
    const { code, text } = answer.error;
    return stanza('iq', { type: 'error', id, from: to }, [stanza('error', { code: code.toString(), text })]);
  }
  return stanza('iq', { type: 'result', id, from: to }, answer.content.length > 0 ? [...answer.content] : undefined);
}
