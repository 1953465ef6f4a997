// Who may import whom. Each rule is planted with a violation in test/structure/import-rules.test.ts.
const implementationsOfChannels = '^src/channels/[^/]+/';
const testCode = '\\.(test|contract)\\.ts$|^(test|bench|scripts)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'platform-imports-only-platform',
      comment: 'src/platform would serve any product.',
      severity: 'error',
      from: { path: '^src/platform/', pathNot: testCode },
      to: { path: '^src/', pathNot: '^src/platform/' },
    },
    {
      name: 'contracts-import-only-platform',
      comment: 'The channel contract and its vocabulary know platform and each other, no implementation.',
      severity: 'error',
      from: { path: '^src/channels/[^/]+\\.ts$', pathNot: testCode },
      to: { path: '^src/', pathNot: '^src/(platform/|channels/[^/]+\\.ts$)' },
    },
    {
      name: 'adapters-import-own-contract-and-platform',
      severity: 'error',
      from: { path: '^src/channels/([^/]+)/', pathNot: testCode },
      to: { path: '^src/', pathNot: '^src/(platform/|channels/[^/]+\\.ts$|channels/$1/)' },
    },
    {
      name: 'features-import-contracts-not-adapters',
      severity: 'error',
      from: { path: '^src/features/', pathNot: testCode },
      to: { path: '^src/', pathNot: '^src/(platform/|features/|channels/[^/]+\\.ts$|events\\.ts$)' },
    },
    {
      name: 'feature-through-its-public-module',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/', pathNot: testCode },
      to: { path: '^src/features/([^/]+)/', pathNot: ['^src/features/$1/', '^src/features/([^/]+)/\\1\\.ts$'] },
    },
    {
      name: 'only-app-chooses-implementations',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/app\\.ts$', '^src/(channels|simulator)/', testCode] },
      to: { path: [implementationsOfChannels, '^src/simulator/'] },
    },
    {
      name: 'simulator-imports-nothing-of-src',
      severity: 'error',
      from: { path: '^src/simulator/', pathNot: testCode },
      to: { path: '^src/', pathNot: '^src/simulator/' },
    },
    {
      name: 'only-main-imports-app',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.ts$', testCode] },
      to: { path: '^src/(app|main)\\.ts$' },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: testCode },
      to: { path: testCode },
    },
    {
      name: 'only-baileys-channel-and-simulator-import-baileys',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/channels/baileys/', '^src/simulator/'] },
      to: { path: 'node_modules/(@whiskeysockets/baileys|libsignal|whatsapp-rust-bridge)/' },
    },
    {
      name: 'only-database-imports-pg',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/database\\.ts$', testCode] },
      to: { path: 'node_modules/(pg|pg-pool|@types/pg)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
};
