// Who may import whom. Each rule is planted with a violation in test/structure/import-rules.test.ts. Cycles of whole
// features are looked for in .dependency-cruiser.features.cjs.
const contracts = '^src/(channels/[^/]+|ai/model)\\.ts$';
const implementations = ['^src/channels/[^/]+/', '^src/ai/(?!model\\.ts$)', '^src/simulator/'];
const platform = '^src/platform/';
/** The composition root and its parts. */
const app = '^src/app(-channels|-features|-networks|-settings|-storage|-timings)?\\.ts$';
const config = '^src/(config|config-network|environment-(variables|reader))\\.ts$';
const beforeBaileys = '^src/channels/baileys/native-curve\\.ts$';
const testCode = '\\.(test|contract)\\.tsx?$|^(test|bench|scripts)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'main-imports-only-app-config-and-platform',
      comment: 'And what has to happen before Baileys is imported, which app does.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: [platform, config, '^src/app\\.ts$', beforeBaileys] },
    },
    {
      name: 'only-main-imports-app',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/main\\.ts$', testCode] },
      to: { path: '^src/(app|main)\\.ts$' },
    },
    {
      name: 'only-main-and-app-import-config',
      comment: 'Everything else gets its values as arguments. admin-reset is a program of its own.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(main|admin-reset)\\.ts$', app, config, testCode] },
      to: { path: config },
    },
    {
      name: 'config-imports-nothing-of-src',
      severity: 'error',
      from: { path: config },
      to: { path: '^src/', pathNot: config },
    },
    {
      name: 'events-import-only-contracts-and-platform',
      severity: 'error',
      from: { path: '^src/events\\.ts$' },
      to: { path: '^src/', pathNot: [platform, contracts] },
    },
    {
      name: 'platform-imports-only-platform',
      comment: 'src/platform would serve any product.',
      severity: 'error',
      from: { path: platform, pathNot: testCode },
      to: { path: '^src/', pathNot: platform },
    },
    {
      name: 'contracts-import-only-contracts-and-platform',
      comment: 'The channel contract and its vocabulary know platform and each other, no implementation.',
      severity: 'error',
      from: { path: contracts, pathNot: testCode },
      to: { path: '^src/', pathNot: [platform, contracts] },
    },
    {
      name: 'channels-import-own-contract-and-platform',
      severity: 'error',
      from: { path: '^src/channels/([^/]+)/', pathNot: testCode },
      to: { path: '^src/', pathNot: [platform, '^src/channels/[^/]+\\.ts$', '^src/channels/$1/'] },
    },
    {
      name: 'ai-imports-own-contract-and-platform',
      severity: 'error',
      from: { path: '^src/ai/', pathNot: testCode },
      to: { path: '^src/', pathNot: [platform, '^src/ai/'] },
    },
    {
      name: 'features-import-contracts-not-adapters',
      severity: 'error',
      from: { path: '^src/features/', pathNot: testCode },
      to: { path: '^src/', pathNot: [platform, contracts, '^src/features/', '^src/events\\.ts$'] },
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
      from: { path: '^src/', pathNot: [app, ...implementations, testCode] },
      to: { path: implementations, pathNot: beforeBaileys },
    },
    {
      name: 'only-app-imports-dashboard',
      severity: 'error',
      from: { path: '^src/', pathNot: [app, '^src/dashboard/', testCode] },
      to: { path: '^src/dashboard/' },
    },
    {
      name: 'dashboard-imports-public-modules-of-features',
      comment:
        'Pages put several features together and see of each what other features see. Patterns are joined, so \\1 must come first.',
      severity: 'error',
      from: { path: '^src/dashboard/', pathNot: testCode },
      to: {
        path: '^src/',
        pathNot: ['^src/features/([^/]+)/\\1\\.ts$', platform, contracts, '^src/(dashboard/|events\\.ts$)'],
      },
    },
    {
      name: 'only-dashboard-imports-views',
      comment: 'Features know nothing of HTML.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/dashboard/', testCode] },
      to: { path: '^views/' },
    },
    {
      name: 'views-import-types-only',
      comment: 'A view turns a model into HTML and can do nothing else.',
      severity: 'error',
      from: { path: '^views/' },
      to: { path: '^(src|public)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'views-import-own-folder-and-partials',
      severity: 'error',
      from: { path: '^views/([^/]+)/' },
      to: { path: '^views/', pathNot: ['^views/$1/', '^views/partials/'] },
    },
    {
      name: 'public-stands-alone',
      comment: 'What browsers run shares no module with the server.',
      severity: 'error',
      from: { path: '^public/' },
      to: { path: '^(src|views|test|scripts|bench)/' },
    },
    {
      name: 'nothing-imports-public',
      severity: 'error',
      from: { path: '^(src|views)/', pathNot: testCode },
      to: { path: '^public/' },
    },
    {
      name: 'simulator-imports-nothing-of-src',
      severity: 'error',
      from: { path: '^src/simulator/', pathNot: testCode },
      to: { path: '^src/', pathNot: '^src/simulator/' },
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
      name: 'only-the-database-client-imports-pg',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/database-client\\.ts$', testCode] },
      to: { path: 'node_modules/(pg|pg-pool|@types/pg)/' },
    },
    {
      name: 'only-tests-import-undici',
      comment:
        'Requests leave through outbound-http.ts; test/structure/ways-out.test.ts looks for other ways than this package.',
      severity: 'error',
      from: { path: '^src/', pathNot: testCode },
      to: { path: 'node_modules/undici/' },
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
