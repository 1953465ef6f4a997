import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { type Outcome, execute, listed, program } from './check-step.ts';
import { envExample } from './env-example.ts';
import { eventDocs } from './event-docs.ts';
import { filesUnder } from './repository-files.ts';

const longestFile = 300;
const widestMarkdown = 120;

interface Cruise {
  modules: readonly { source: string }[];
  summary: { totalCruised: number; violations: readonly { from: string; to: string; rule: { name: string } }[] };
}

/** A cruiser that cannot read TypeScript finds nothing and is content, so it must name every file of the product. */
export async function importDirections(): Promise<Outcome> {
  const folders = ['src', 'views', 'public', 'test', 'scripts', 'bench'].filter((folder) => existsSync(folder));
  const { modules, summary } = await cruise(folders, '.dependency-cruiser.cjs');
  const ofFeatures = await cruise(['src/features'], '.dependency-cruiser.features.cjs');
  const seen = new Set(modules.map((module) => module.source));
  const files = ['src', 'views', 'public'].flatMap((folder) => filesUnder(folder, /\.tsx?$/));
  const violations = [...summary.violations, ...ofFeatures.summary.violations];
  const mistakes = violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  mistakes.push(...files.filter((file) => !seen.has(file)).map((file) => `not looked at: ${file}`));
  if (summary.totalCruised < files.length) mistakes.push(`${summary.totalCruised} modules seen, ${files.length} exist`);
  if (ofFeatures.summary.totalCruised === 0) mistakes.push('no feature was looked at');
  return listed(mistakes);
}

async function cruise(folders: readonly string[], config: string): Promise<Cruise> {
  const { stdout, stderr } = await execute('depcruise', ['--config', config, '--output-type', 'json', ...folders]);
  if (!stdout.startsWith('{')) throw new Error(`${stdout}${stderr}`);
  return JSON.parse(stdout) as Cruise;
}

/** Twice: what only tests use is alive in the first run and dead in the second. */
export async function deadCode(): Promise<Outcome> {
  const everything = await program('knip', []);
  const production = await program('knip', ['--production']);
  return { passed: everything.passed && production.passed, output: everything.output + production.output };
}

/** A lock that names a registry's host installs only where that host can be reached. */
export async function lockFile(): Promise<Outcome> {
  const lines = readFileSync('package-lock.json', 'utf8').split('\n');
  return listed(
    lines.filter((line) => /^\s*"resolved":/.test(line)).map((line) => `package-lock.json: ${line.trim()}`),
  );
}

/** Rows of tables and single long words cannot be wrapped. */
export async function markdownWidth(): Promise<Outcome> {
  const top = readdirSync('.').filter((name) => name.endsWith('.md'));
  const below = ['docs', 'bench', 'test', 'src'].flatMap((folder) => filesUnder(folder, /\.md$/));
  const mistakes = [...top, ...below].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line }) => line.length > widestMarkdown && !/^\s*\|/.test(line) && /\S\s+\S/.test(line.trim()))
      .map(({ line, place }) => `${place} is ${line.length} wide`),
  );
  return listed(mistakes);
}

export async function environmentExample(): Promise<Outcome> {
  const same = existsSync('.env.example') && readFileSync('.env.example', 'utf8') === envExample();
  return listed(same ? [] : ['.env.example differs from src/environment-variables.ts: npm run env-example']);
}

export async function documentedEvents(): Promise<Outcome> {
  const same = existsSync('docs/events.md') && readFileSync('docs/events.md', 'utf8') === eventDocs();
  return listed(same ? [] : ['docs/events.md differs from src/events.ts and its samples: npm run event-docs']);
}

/** Advice, never a failure: a file that grows past the budget usually holds two ideas. */
export async function longFiles(): Promise<Outcome> {
  const long = ['src', 'views', 'public']
    .flatMap((folder) => filesUnder(folder, /\.tsx?$/))
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > longestFile);
  return { passed: true, output: long.map(({ file, lines }) => `  ${file}: ${lines} lines`).join('\n') };
}
