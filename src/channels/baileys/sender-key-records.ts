/** What `SenderKeyRecord.serialize()` of Baileys gives for each key of one sender. */
interface SerializedState {
  readonly senderChainKey: { readonly seed: unknown };
  readonly senderSigningKey: { readonly public: unknown; readonly private?: unknown };
  /** Of messages that have not arrived yet. */
  readonly senderMessageKeys: readonly { readonly seed: unknown }[];
}

/** Bytes as `BufferJSON.reviver` of Baileys reads them. */
interface Bytes {
  readonly type: 'Buffer';
  /** In Base64. */
  readonly data: string;
}

/**
 * Baileys 7.0.0-rc14 stores sender keys in a form from which `SenderKeyRecord.deserialize` reads no keys of messages that
 * have not arrived yet. This gives the same record in a form that it reads. In records of one's own, which read nothing,
 * such keys are dead: each message leaves one (up to 2,000, parsed with every message), so there they are left out.
 */
export function readable(value: Uint8Array): Buffer {
  const states = JSON.parse(Buffer.from(value).toString()) as readonly SerializedState[];
  return Buffer.from(JSON.stringify(states.map(readableState)));
}

// By name and not with a reviver, which is called for each byte of each key.
function readableState(state: SerializedState): SerializedState {
  const { senderChainKey, senderSigningKey, senderMessageKeys } = state;
  const privateKey = bytesOf(senderSigningKey.private);
  return {
    ...state,
    senderChainKey: { ...senderChainKey, seed: bytesOf(senderChainKey.seed) },
    senderSigningKey: { ...senderSigningKey, public: bytesOf(senderSigningKey.public), private: privateKey },
    senderMessageKeys:
      privateKey.data === '' ? senderMessageKeys.map((key) => ({ ...key, seed: bytesOf(key.seed) })) : [],
  };
}

/** From what JSON makes of a Buffer, of a Uint8Array, and of either with `BufferJSON.replacer`. */
function bytesOf(value: unknown): Bytes {
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  if (type === 'Buffer' && typeof data === 'string') return { type, data };
  const bytes = type === 'Buffer' ? data : Object.values(value ?? {});
  return { type: 'Buffer', data: Buffer.from(bytes as readonly number[]).toString('base64') };
}
