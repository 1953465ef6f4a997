import type { BinaryNode } from '@whiskeysockets/baileys';
import type { PreKeyBundle } from './signal-sessions.ts';
import { bytesOf, find, stanza, unsigned } from './stanza.ts';

const keyType = Buffer.from([5]);

export function registrationNode(registrationId: number): BinaryNode {
  return stanza('registration', {}, unsigned(registrationId, 4));
}

/** `<type>`, `<identity>`, `<key>` and `<skey>`, as `encrypt get key` and a retry receipt's `<keys>` carry them. */
export function keyNodes({ identityKey, preKey, signedPreKey }: PreKeyBundle): readonly BinaryNode[] {
  const oneTime =
    preKey && stanza('key', {}, [stanza('id', {}, unsigned(preKey.id, 3)), stanza('value', {}, preKey.value)]);
  return [
    stanza('type', {}, keyType),
    stanza('identity', {}, identityKey),
    ...(oneTime ? [oneTime] : []),
    stanza('skey', {}, [
      stanza('id', {}, unsigned(signedPreKey.id, 3)),
      stanza('value', {}, signedPreKey.value),
      stanza('signature', {}, signedPreKey.signature),
    ]),
  ];
}

function numberIn(node: BinaryNode | undefined, length: number): number | undefined {
  const bytes = bytesOf(node);
  return bytes?.length === length ? bytes.readUIntBE(0, length) : undefined;
}

export function readPreKey(node: BinaryNode): { id: number; value: Buffer } | undefined {
  const id = numberIn(find(node, 'id'), 3);
  const value = bytesOf(find(node, 'value'));
  return id === undefined || !value ? undefined : { id, value };
}

export function readSignedPreKey(node: BinaryNode | undefined): PreKeyBundle['signedPreKey'] | undefined {
  const key = node && readPreKey(node);
  const signature = bytesOf(find(node, 'signature'));
  return key && signature && { ...key, signature };
}

/** The keys that a retry receipt brings; undefined when it brings none. */
export function readBundle(receipt: BinaryNode): PreKeyBundle | undefined {
  const keys = find(receipt, 'keys');
  const registrationId = numberIn(find(receipt, 'registration'), 4);
  const identityKey = bytesOf(find(keys, 'identity'));
  const signedPreKey = readSignedPreKey(find(keys, 'skey'));
  if (registrationId === undefined || !identityKey || !signedPreKey) return undefined;
  const oneTime = find(keys, 'key');
  return { registrationId, identityKey, signedPreKey, preKey: oneTime && readPreKey(oneTime) };
}
