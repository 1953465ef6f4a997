import { LongestFirst } from './test/doubles/longest-first.ts';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const curve = 'test/doubles/native-curve.setup.ts';
/** They see what a process does when it begins, so that each needs one of its own. */
const changeTheProcess = [
  'src/channels/baileys/quiet-libsignal.test.ts',
  'src/load-environment.test.ts',
  'src/platform/{embedded-postgres,shared-async-storage}.test.ts',
];

/** Repeated, not inherited with `extends`: each project would build and start a database again. */
const common: TestProjectInlineConfiguration['test'] = {
  setupFiles: [curve],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks',
  // Rubbish is collected half as often.
  execArgv: ['--max-semi-space-size=64'],
  retry: 0,
};

export default defineConfig({
  test: {
    globalSetup: ['test/doubles/build.setup.ts', 'test/doubles/test-postgres.setup.ts'],
    // One more than there are cores: tests wait for a database, a browser or a server now and then.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // Each file has a database, a server or a network of its own: loading the product once for all of them is enough.
        test: {
          ...common,
          name: 'product',
          include: ['src/**/*.test.ts', 'test/{journeys,structure,views}/**/*.test.ts'],
          exclude: ['src/simulator/**', ...changeTheProcess],
          setupFiles: [curve, 'test/doubles/shared-async-storage.setup.ts'],
          isolate: false,
        },
      },
      {
        // Apart from the product, after which no client in the process trusts a network that its socket does not name.
        test: { ...common, name: 'simulator', include: ['src/simulator/**/*.test.ts'], isolate: false },
      },
      {
        test: { ...common, name: 'process', include: changeTheProcess },
      },
      {
        // Alone and three at a time, after the others: it starts processes of its own, and counts how long some things take.
        test: {
          ...common,
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 180_000,
          maxConcurrency: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
