import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchTree } from './scratch-tree.ts';

/** One file and what it imports, written as its path in the tree. */
type Import = readonly [from: string, to: string, kind?: 'type'];
interface Violation {
  rule: { name: string };
  from: string;
  to: string;
}

/** What the rules must allow: one import for each arrow of the architecture. */
const allowed: readonly Import[] = [
  ['src/main.ts', 'src/app.ts'],
  ['src/main.ts', 'src/config.ts'],
  ['src/main.ts', 'src/platform/log.ts'],
  ['src/admin-reset.ts', 'src/config.ts'],
  ['src/admin-reset.ts', 'src/features/access/access.ts'],
  ['src/app.ts', 'src/config.ts'],
  ['src/app.ts', 'src/dashboard/dashboard.ts'],
  ['src/app.ts', 'src/features/messages/messages.ts'],
  ['src/app.ts', 'src/channels/baileys/baileys-channel.ts'],
  ['src/app.ts', 'src/ai/providers.ts'],
  ['src/app.ts', 'src/simulator/simulator.ts'],
  ['src/config.ts', 'src/environment-variables.ts'],
  ['src/config.ts', 'src/environment-reader.ts'],
  ['src/events.ts', 'src/channels/content.ts'],
  ['src/dashboard/pages/overview.pages.tsx', 'src/features/accounts/accounts.ts'],
  ['src/dashboard/pages/overview.pages.tsx', 'src/channels/content.ts'],
  ['src/dashboard/pages/overview.pages.tsx', 'views/overview/overview.tsx'],
  ['views/overview/overview.tsx', 'src/features/accounts/accounts.ts', 'type'],
  ['views/overview/overview.tsx', 'views/partials/icon.tsx'],
  ['public/js/dashboard.ts', 'public/js/live.ts'],
  ['src/features/messages/messages.ts', 'src/features/messages/messages.store.ts'],
  ['src/features/messages/messages.ts', 'src/features/accounts/accounts.ts'],
  ['src/features/messages/messages.ts', 'src/channels/channel.ts'],
  ['src/features/messages/messages.ts', 'src/ai/model.ts'],
  ['src/features/messages/messages.ts', 'src/events.ts'],
  ['src/features/accounts/accounts.ts', 'src/features/accounts/accounts.routes.ts'],
  ['src/features/messages/messages.store.ts', 'src/platform/database.ts'],
  ['src/features/messages/messages.test.ts', 'src/features/accounts/accounts.routes.ts'],
  ['src/features/messages/messages.test.ts', 'test/doubles/receiver.ts'],
  ['src/channels/channel.ts', 'src/channels/content.ts'],
  ['src/channels/channel.contract.ts', 'src/simulator/simulator.ts'],
  ['src/channels/baileys/baileys-channel.ts', 'src/channels/channel.ts'],
  ['src/channels/baileys/baileys-channel.ts', 'src/channels/baileys/media.ts'],
  ['src/channels/baileys/baileys-channel.ts', 'src/platform/log.ts'],
  ['src/channels/baileys/baileys-channel.ts', '@whiskeysockets/baileys'],
  ['src/ai/providers.ts', 'src/ai/openai.ts'],
  ['src/ai/openai.ts', 'src/ai/model.ts'],
  ['src/simulator/simulator.ts', 'src/simulator/control.ts'],
  ['src/simulator/simulator.ts', 'libsignal'],
  ['src/platform/database-client.ts', 'pg'],
  ['test/journeys/send.test.ts', 'src/app.ts'],
  ['test/journeys/send.test.ts', 'src/channels/baileys/media.ts'],
  ['scripts/reset.ts', 'src/config.ts'],
  ['bench/send.ts', 'src/main.ts'],
];

/** Each list is a small tree of its own in which the rule must be broken. */
const planted: Readonly<Record<string, readonly (readonly Import[])[]>> = {
  'no-cycle': [
    [
      ['src/platform/first.ts', 'src/platform/second.ts'],
      ['src/platform/second.ts', 'src/platform/first.ts'],
    ],
  ],
  'no-cycle-of-features': [
    [
      ['src/features/contacts/contacts.ts', 'src/features/inbox/inbox.ts'],
      ['src/features/inbox/inbox.routes.ts', 'src/features/contacts/contacts.ts'],
    ],
  ],
  'no-unresolvable': [[['src/platform/log.ts', 'no-such-package']]],
  'main-imports-only-app-config-and-platform': [
    [['src/main.ts', 'src/features/messages/messages.ts']],
    [['src/main.ts', 'src/dashboard/dashboard.ts']],
  ],
  'only-main-imports-app': [[['src/dashboard/dashboard.ts', 'src/app.ts']], [['src/platform/log.ts', 'src/main.ts']]],
  'only-main-and-app-import-config': [
    [['src/platform/log.ts', 'src/config.ts']],
    [['src/dashboard/dashboard.ts', 'src/environment-variables.ts']],
  ],
  'config-imports-nothing-of-src': [[['src/config.ts', 'src/platform/log.ts']]],
  'events-import-only-contracts-and-platform': [[['src/events.ts', 'src/features/accounts/accounts.ts']]],
  'platform-imports-only-platform': [
    [['src/platform/log.ts', 'src/channels/content.ts']],
    [['src/platform/log.ts', 'src/events.ts']],
  ],
  'contracts-import-only-contracts-and-platform': [
    [['src/channels/channel.ts', 'src/channels/baileys/media.ts']],
    [['src/channels/content.ts', 'src/events.ts']],
    [['src/ai/model.ts', 'src/ai/openai.ts']],
  ],
  'channels-import-own-contract-and-platform': [
    [['src/channels/cloud-api/cloud-channel.ts', 'src/channels/baileys/media.ts']],
    [['src/channels/baileys/media.ts', 'src/features/messages/messages.ts']],
    [['src/channels/baileys/media.ts', 'src/simulator/control.ts']],
    [['src/channels/baileys/media.ts', 'src/ai/model.ts']],
  ],
  'ai-imports-own-contract-and-platform': [[['src/ai/openai.ts', 'src/features/messages/messages.ts']]],
  'features-import-contracts-not-adapters': [
    [['src/features/messages/messages.store.ts', 'src/channels/baileys/media.ts']],
    [['src/features/messages/messages.store.ts', 'src/ai/openai.ts']],
    [['src/features/messages/messages.store.ts', 'src/dashboard/dashboard.ts']],
    [['src/features/messages/messages.store.ts', 'src/config.ts']],
  ],
  'feature-through-its-public-module': [
    [['src/features/messages/messages.ts', 'src/features/accounts/accounts.routes.ts']],
    [['src/features/messages/messages.routes.ts', 'src/features/accounts/messages.ts']],
  ],
  'only-app-chooses-implementations': [
    [['src/dashboard/dashboard.ts', 'src/channels/baileys/media.ts']],
    [['src/dashboard/dashboard.ts', 'src/simulator/control.ts']],
    [['src/dashboard/dashboard.ts', 'src/ai/providers.ts']],
  ],
  'only-app-imports-dashboard': [
    [['src/main.ts', 'src/dashboard/live.ts']],
    [['src/features/messages/messages.ts', 'src/dashboard/live.ts']],
  ],
  'dashboard-imports-public-modules-of-features': [
    [['src/dashboard/dashboard.ts', 'src/features/accounts/accounts.store.ts']],
    [['src/dashboard/dashboard.ts', 'src/channels/baileys/media.ts']],
  ],
  'only-dashboard-imports-views': [[['src/features/messages/messages.ts', 'views/overview/overview.tsx']]],
  'views-import-types-only': [
    [['views/overview/overview.tsx', 'src/platform/log.ts']],
    [['views/layout.tsx', 'public/js/live.ts']],
  ],
  'views-import-own-folder-and-partials': [[['views/overview/overview.tsx', 'views/accounts/row.tsx']]],
  'public-stands-alone': [[['public/js/live.ts', 'src/platform/log.ts']]],
  'nothing-imports-public': [[['src/dashboard/dashboard.ts', 'public/js/live.ts']]],
  'simulator-imports-nothing-of-src': [[['src/simulator/control.ts', 'src/platform/log.ts']]],
  'nothing-imports-tests': [
    [['src/platform/log.ts', 'test/doubles/receiver.ts']],
    [['src/dashboard/dashboard.ts', 'scripts/reset.ts']],
    [['src/dashboard/dashboard.ts', 'src/channels/channel.contract.ts']],
  ],
  'only-baileys-channel-and-simulator-import-baileys': [
    [['src/features/messages/messages.ts', '@whiskeysockets/baileys']],
    [['src/channels/channel.ts', 'libsignal']],
  ],
  'only-the-database-client-imports-pg': [[['src/features/messages/messages.store.ts', 'pg']]],
  'only-tests-import-undici': [
    [['src/features/messages/messages.ts', 'undici']],
    [['src/platform/outbound-exchange.ts', 'undici']],
  ],
};

function sourceFiles(imports: readonly Import[]): Record<string, string> {
  const files: Record<string, string> = {};
  const isFile = (path: string): boolean => path.includes('/') && /\.tsx?$/.test(path);
  for (const [index, [from, to, kind]] of imports.entries()) {
    const target = isFile(to) ? relative(resolve(from, '..'), resolve(to)).replace(/^(?!\.)/, './') : to;
    if (isFile(to)) files[to] ??= 'export {};\n';
    files[from] = `${files[from] ?? ''}import ${kind ?? ''} * as import${index} from '${target}';\n`;
  }
  return files;
}

const configs = ['.dependency-cruiser.cjs', '.dependency-cruiser.features.cjs'] as const;
const configOf = (rule: string): (typeof configs)[number] =>
  rule === 'no-cycle-of-features' ? configs[1] : configs[0];

function cruise(imports: readonly Import[], config: (typeof configs)[number]): Promise<readonly Violation[]> {
  const tree = scratchTree(sourceFiles(imports), [...configs, 'tsconfig.json']);
  const cruiser = resolve('node_modules/.bin/depcruise');
  return new Promise((done, reject) => {
    const folders = ['src', 'views', 'public', 'test'].filter((folder) => existsSync(join(tree.folder, folder)));
    execFile(
      cruiser,
      ['--config', config, '-T', 'json', ...folders],
      { cwd: tree.folder, maxBuffer: 64e6 },
      (error, stdout, stderr) => {
        tree.remove();
        if (!stdout.startsWith('{')) reject(new Error(`${stdout}${stderr}`, { cause: error }));
        else done((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
      },
    );
  });
}

const names = (violations: readonly Violation[]): string[] =>
  violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);

test('the imports of the architecture are allowed', async () => {
  for (const config of configs) expect(names(await cruise(allowed, config))).toEqual([]);
});

test('every rule is planted', () => {
  const load = createRequire(import.meta.url);
  const forbidden = configs.flatMap(
    (config) => (load(`../../${config}`) as { forbidden: readonly { name: string; severity: string }[] }).forbidden,
  );
  expect(forbidden.map(({ name }) => name).toSorted()).toEqual(Object.keys(planted).toSorted());
  expect(forbidden.filter(({ severity }) => severity !== 'error')).toEqual([]);
});

describe('a forbidden import is found and named by its rule', () => {
  const cases = Object.entries(planted).flatMap(([rule, plants]) => plants.map((imports) => ({ rule, imports })));
  const isCycle = (rule: string): boolean => rule.startsWith('no-cycle');
  // One tree for all: what one import breaks does not depend on the others, except where they form cycles.
  const together = cruise(
    cases.filter(({ rule }) => !isCycle(rule)).flatMap(({ imports }) => imports),
    configs[0],
  );

  test.each(cases)('$rule: $imports', async ({ rule, imports }) => {
    const found = await (isCycle(rule) ? cruise(imports, configOf(rule)) : together);
    const [from, to] = imports.at(-1) ?? ['', ''];
    const isPlanted = (violation: Violation): boolean =>
      isCycle(rule) ||
      (violation.from === from && (violation.to === to || violation.to.includes(`node_modules/${to}/`)));
    expect(names(found.filter(isPlanted))).toContainEqual(expect.stringMatching(`^${rule}: `));
  });
});
