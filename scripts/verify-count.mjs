// How verify counts. It may never say "0 failed" when something broke, so whatever is not understood is a failure.

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Count
 * @typedef {{ status?: unknown }} Assertion
 * @typedef {{ status?: unknown, assertionResults?: readonly Assertion[] }} TestFile
 */

/**
 * @param {string | undefined} report text of the JSON report of vitest; undefined when there is none
 * @param {number} exitCode of vitest
 * @returns {Count}
 */
export function countTests(report, exitCode) {
  const files = testFiles(report);
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files ?? []) {
    const results = file.assertionResults ?? [];
    const failed = results.filter(({ status }) => status !== 'passed' && !isSkipped(status)).length;
    count.passed += results.filter(({ status }) => status === 'passed').length;
    count.skipped += results.filter(({ status }) => isSkipped(status)).length;
    // A file that failed without a failed test could not be read, or one of its hooks failed.
    count.failed += failed === 0 && file.status !== 'passed' ? 1 : failed;
  }
  // A crash, an error outside of any test, no tests at all.
  if (count.failed === 0 && (exitCode !== 0 || files === undefined || count.passed === 0)) count.failed = 1;
  return count;
}

/** @param {unknown} status */
function isSkipped(status) {
  return status === 'skipped' || status === 'pending' || status === 'todo' || status === 'disabled';
}

/**
 * @param {string | undefined} report
 * @returns {readonly TestFile[] | undefined}
 */
function testFiles(report) {
  try {
    const { testResults } = /** @type {{ testResults?: TestFile[] }} */ (JSON.parse(report ?? ''));
    return Array.isArray(testResults) ? testResults : undefined;
  } catch {
    return undefined;
  }
}
