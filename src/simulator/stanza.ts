import { BufferJSON, getBinaryNodeChild, type BinaryNode } from '@whiskeysockets/baileys';

type Attributes = Readonly<Record<string, string | undefined>>;

/** A node of the protocol; attributes that are undefined are left out. */
export function stanza(tag: string, attributes: Attributes = {}, content?: BinaryNode['content']): BinaryNode {
  const attrs: Record<string, string> = {};
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) attrs[name] = value;
  }
  return content === undefined ? { tag, attrs } : { tag, attrs, content };
}

export function children(node: BinaryNode | undefined): readonly BinaryNode[] {
  return Array.isArray(node?.content) ? node.content : [];
}

/** Bytes of the node's content; undefined when it holds nodes or nothing. */
export function bytesOf(node: BinaryNode | undefined): Buffer | undefined {
  const content = node?.content;
  if (content === undefined || Array.isArray(content)) return undefined;
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
}

/** Walks down the first child of each tag. */
export function find(node: BinaryNode | undefined, ...tags: readonly string[]): BinaryNode | undefined {
  let current = node;
  for (const tag of tags) current = getBinaryNodeChild(current, tag);
  return current;
}

export function unsigned(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(value, 0, length);
  return bytes;
}

export function unixSeconds(at = Date.now()): string {
  return Math.floor(at / 1000).toString();
}

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value, BufferJSON.replacer));
}

/** What `encodeJson` wrote; whoever wrote it knows its type. */
export function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString(), BufferJSON.reviver);
}

/** The code stands bare; a stock client takes the code for what happened whatever stands in it. */
export function streamError(code: number): BinaryNode {
  return stanza('stream:error', { code: code.toString() });
}
