import { expect, test } from 'vitest';
import { createSecrets } from './secrets.ts';

const key = 'a master key of thirty-two letters';
const otherKey = 'another master key, just as long as it';
const place = { table: 'ai_configs', row: '7', column: 'api_key' };

test('what is sealed opens again in its place', () => {
  const secrets = createSecrets({ key });
  expect(secrets.openText(secrets.seal('sk-ü', place), place)).toBe('sk-ü');
  const bytes = Buffer.from([0, 1, 255]);
  expect(secrets.open(secrets.seal(bytes, place), place)).toEqual(bytes);
  expect(secrets.openText(secrets.seal('', place), place)).toBe('');
});

test('the format is version, key id, nonce, tag, ciphertext, and the same text never looks the same', () => {
  const secrets = createSecrets({ key });
  const sealed = secrets.seal('text', place);
  expect(sealed).toHaveLength(1 + 4 + 12 + 16 + 4);
  expect(sealed[0]).toBe(1);
  expect(sealed.subarray(1, 5).toString('hex')).toBe(secrets.keyId);
  expect(secrets.seal('text', place)).not.toEqual(sealed);
});

test.each([{ table: 'webhooks' }, { row: '8' }, { column: 'secret' }])('it does not open elsewhere: %j', (other) => {
  const secrets = createSecrets({ key });
  const sealed = secrets.seal('text', place);
  expect(() => secrets.open(sealed, { ...place, ...other })).toThrow(
    expect.objectContaining({ code: 'secrets.unreadable' }),
  );
});

test('any changed bit makes it unreadable', () => {
  const secrets = createSecrets({ key });
  const sealed = secrets.seal('text', place);
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => secrets.open(changed, place)).toThrow(expect.objectContaining({ code: 'secrets.unreadable' }));
  }
});

test.each([0, 1, 5, 17, 32])('a value cut to %i bytes is unreadable', (length) => {
  const secrets = createSecrets({ key });
  const sealed = secrets.seal('', place).subarray(0, length);
  expect(() => secrets.open(sealed, place)).toThrow(expect.objectContaining({ code: 'secrets.unreadable' }));
});

test('another key is told by its id; as a former key it still opens', () => {
  const sealed = createSecrets({ key }).seal('text', place);
  expect(() => createSecrets({ key: otherKey }).open(sealed, place)).toThrow(/another ENCRYPTION_KEY/);
  expect(createSecrets({ key: otherKey, formerKeys: [key] }).openText(sealed, place)).toBe('text');
});

test('derived keys differ by label and master key, and are always the same', () => {
  const secrets = createSecrets({ key });
  expect(secrets.derive('media links', 32)).toHaveLength(32);
  expect(secrets.derive('media links', 32)).toEqual(createSecrets({ key }).derive('media links', 32));
  expect(secrets.derive('sessions', 32)).not.toEqual(secrets.derive('media links', 32));
  expect(createSecrets({ key: otherKey }).derive('sessions', 32)).not.toEqual(secrets.derive('sessions', 32));
});

test('a short key is refused', () => {
  expect(() => createSecrets({ key: 'x'.repeat(31) })).toThrow('32 characters');
});

test('an error says where, and holds nothing of the secret', () => {
  const secrets = createSecrets({ key });
  const sealed = secrets.seal('canary-value', place);
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(() => secrets.open(sealed, place)).toThrow(/ai_configs\.api_key/);
  expect(() => secrets.open(sealed, place)).not.toThrow(/canary-value/);
});
