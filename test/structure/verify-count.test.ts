import { describe, expect, test } from 'vitest';
import { countTests } from '../../scripts/verify-count.mjs';

const passed = { status: 'passed' };
const failed = { status: 'failed' };
const skipped = { status: 'pending' };

function report(...files: readonly { status: string; assertionResults: readonly { status: string }[] }[]): string {
  return JSON.stringify({ testResults: files });
}

test('passed, failed and skipped tests are counted over all files', () => {
  const text = report(
    { status: 'failed', assertionResults: [passed, failed, failed] },
    { status: 'passed', assertionResults: [passed, skipped] },
  );
  expect(countTests(text, 1)).toEqual({ passed: 2, failed: 2, skipped: 1 });
});

test('nothing failed only when vitest says so too', () => {
  const text = report({ status: 'passed', assertionResults: [passed] });
  expect(countTests(text, 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(countTests(text, 1)).toMatchObject({ passed: 1, failed: 1 });
});

test('a file that failed without a failed test counts as a failure', () => {
  const text = report({ status: 'passed', assertionResults: [passed] }, { status: 'failed', assertionResults: [] });
  expect(countTests(text, 0)).toMatchObject({ passed: 1, failed: 1 });
});

test('a status that vitest invents later counts as a failure', () => {
  const text = report({ status: 'passed', assertionResults: [passed, { status: 'exploded' }] });
  expect(countTests(text, 0)).toMatchObject({ passed: 1, failed: 1 });
});

describe('without a usable report one failure is counted', () => {
  test.each([undefined, '', '{', 'null', '{}', '{"testResults":7}', report()])('%s', (text) => {
    expect(countTests(text, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

test('only skipped tests are no success', () => {
  const text = report({ status: 'passed', assertionResults: [skipped] });
  expect(countTests(text, 0)).toEqual({ passed: 0, failed: 1, skipped: 1 });
});
