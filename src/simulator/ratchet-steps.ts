import { createHash } from 'node:crypto';
import { proto, type BinaryNode } from '@whiskeysockets/baileys';
import { bytesOf } from './stanza.ts';

/** Tells whether a client takes a step of a ratchet a second time, as one does that lost its last change of a session. */
export interface RatchetSteps {
  /** `between` names the sending device and the recipient. True when other ciphertext took the same step before. */
  isRepeated(between: string, enc: BinaryNode): boolean;
}

const versionLength = 1;
const macLength = 8;
const signatureLength = 64;
const rememberedSteps = 200_000;

/** The chain and the place in it; undefined for what is no ciphertext of these kinds. */
function stepOf(type: string | undefined, bytes: Uint8Array): string | undefined {
  if (type === 'pkmsg') {
    const { message } = proto.PreKeySignalMessage.decode(bytes.subarray(versionLength));
    return message ? stepOf('msg', message) : undefined;
  }
  if (type === 'msg') {
    const { ratchetKey, counter } = proto.SignalMessage.decode(bytes.subarray(versionLength, -macLength));
    return `${Buffer.from(ratchetKey ?? []).toString('base64')} ${counter ?? 0}`;
  }
  if (type === 'skmsg') {
    const { id, iteration } = proto.SenderKeyMessage.decode(bytes.subarray(versionLength, -signatureLength));
    return `${id ?? 0} ${iteration ?? 0}`;
  }
  return undefined;
}

export function createRatchetSteps(): RatchetSteps {
  const taken = new Map<string, string>();
  return {
    isRepeated(between, enc) {
      const bytes = bytesOf(enc);
      const step = bytes && stepOf(enc.attrs['type'], bytes);
      if (!bytes || step === undefined) return false;
      const name = `${between} ${step}`;
      const hash = createHash('sha256').update(bytes).digest('base64');
      const before = taken.get(name);
      taken.set(name, before ?? hash);
      const [oldest] = taken.keys();
      if (taken.size > rememberedSteps && oldest !== undefined) taken.delete(oldest);
      return before !== undefined && before !== hash;
    },
  };
}
