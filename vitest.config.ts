import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/doubles/build.setup.ts', 'test/doubles/test-postgres.setup.ts'],
    setupFiles: ['test/doubles/native-curve.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    projects: [
      {
        extends: true,
        test: { name: 'parts', include: ['src/**/*.test.ts', 'test/{structure,views}/**/*.test.ts'] },
      },
      {
        extends: true,
        // Each has a server, a database and a network of its own: loading the product once for all of them is enough.
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts'],
          setupFiles: ['test/doubles/shared-async-storage.setup.ts'],
          isolate: false,
        },
      },
    ],
  },
});
