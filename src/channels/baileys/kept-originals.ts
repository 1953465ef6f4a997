import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import type { DatedAct } from '../acts.ts';
import type { Content } from '../content.ts';
import { datedActOf } from './acts-from-baileys.ts';
import { contentOf, contextOf } from './content-from-baileys.ts';

/** What a message of which only the encoding was kept says or does; undefined for what cannot be translated. */
export function translateOriginal(
  original: Uint8Array,
): { content: Content; replyTo: string | null; mentions: string[] } | DatedAct | undefined {
  const info = proto.WebMessageInfo.decode(original);
  const inner = normalizeMessageContent(info.message);
  const content = inner && contentOf(inner);
  return content ? { content, ...contextOf(info.message ?? {}) } : datedActOf(info);
}
