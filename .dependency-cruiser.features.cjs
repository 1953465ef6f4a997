// Two features that need each other speak by events, even where no two files form a cycle. Apart from the other rules,
// because among all folders the types that views take from features close circles through the dashboard.
const { options } = require('./.dependency-cruiser.cjs');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle-of-features',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/features/[^/]+$' },
      to: { circular: true },
    },
  ],
  options: { ...options, includeOnly: '^src/features/' },
};
