import type { Content, UnsupportedContent } from '../../channels/content.ts';

/** How a message's content stands in its row: type and text by themselves, the rest as JSON. */
export interface ContentColumns {
  type: string;
  text: string | null;
  content: object | null;
}

export function columnsOf(said: Content | UnsupportedContent): ContentColumns {
  if (said.type === 'unsupported') return { type: said.type, text: null, content: null };
  if (said.type === 'text') return { type: said.type, text: said.text, content: null };
  const { type, ...content } = said;
  if (!('caption' in content)) return { type, text: null, content };
  const { caption, ...rest } = content;
  return { type, text: caption, content: rest };
}

/** The content of a row; undefined for what could not be translated. Only what `columnsOf` made is read. */
export function contentOf({ type, text, content }: ContentColumns): Content | undefined {
  if (type === 'unsupported') return undefined;
  if (type === 'text') return { type, text: text ?? '' };
  const isFile = content !== null && 'file' in content;
  return { type, ...(isFile && { caption: text }), ...content } as Content;
}

/** Where a message's original is sealed for. */
export function originalPlace(messageId: string): { table: string; row: string; column: string } {
  return { table: 'messages', row: messageId, column: 'original' };
}
