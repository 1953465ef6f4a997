// Runs in a thread of its own, from source and from dist/ alike: hashing takes a third of a second.
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

parentPort?.on('message', (/** @type {import('./passwords.ts').PasswordJob} */ job) => {
  const { kind, password } = job;
  const result = kind === 'hash' ? hashSync(password, job.cost) : compareSync(password, job.hash);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(result);
});
