import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptAdminKey, newAdminKey } from '../../scripts/admin-key.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'admin-key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a new admin key is a prefix, 32 characters and a checksum', () => {
  expect(newAdminKey()).toMatch(/^sk_admin_[0-9A-Za-z]{38}$/);
  expect(newAdminKey()).not.toBe(newAdminKey());
});

test('the kept key is the same each time and readable by its owner only', () => {
  const dataDir = join(folder, 'data');
  const key = keptAdminKey(dataDir);
  expect(keptAdminKey(dataDir)).toBe(key);
  expect(readdirSync(dataDir)).toEqual(['admin-api-key']);
  expect(statSync(join(dataDir, 'admin-api-key')).mode & 0o777).toBe(0o600);
});

test('an empty file is replaced, and one that others could read is closed', () => {
  writeFileSync(join(folder, 'admin-api-key'), '', { mode: 0o644 });
  const key = keptAdminKey(folder);
  expect(key).not.toBe('');
  writeFileSync(join(folder, 'admin-api-key'), `${key}\n`, { mode: 0o644 });
  expect(keptAdminKey(folder)).toBe(key);
  expect(statSync(join(folder, 'admin-api-key')).mode & 0o777).toBe(0o600);
});
