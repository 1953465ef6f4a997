import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadEnvironment } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'environment-'));

afterAll(() => rmSync(folder, { recursive: true }));

test('.env completes the environment and never overrides it', () => {
  writeFileSync(join(folder, '.env'), 'CONFIG_TEST_ONLY_IN_FILE=file\nCONFIG_TEST_IN_BOTH=file\n');
  process.env['CONFIG_TEST_IN_BOTH'] = 'environment';
  try {
    expect(loadEnvironment(folder)).toMatchObject({
      CONFIG_TEST_ONLY_IN_FILE: 'file',
      CONFIG_TEST_IN_BOTH: 'environment',
    });
  } finally {
    delete process.env['CONFIG_TEST_ONLY_IN_FILE'];
    delete process.env['CONFIG_TEST_IN_BOTH'];
  }
  expect(() => loadEnvironment(join(folder, 'no-such-folder'))).not.toThrow();
});
