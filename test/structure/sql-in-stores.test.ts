import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { findings, parse, shippedFiles } from './source.ts';

/** Platform's own SQL that is not in a `.store.ts`. */
const platformWithSql = ['src/platform/database.ts', 'src/platform/database-client.ts', 'src/platform/schema-apply.ts'];

const statements = [
  String.raw`SELECT\s(?:[\s\S]*\sFROM\s|\s*[\w.]+\s*\()`,
  String.raw`INSERT\s+INTO\s`,
  String.raw`UPDATE\s+(?:ONLY\s+)?[\w."]+(?:\s+(?:AS\s+)?\w+)?\s+SET\s`,
  String.raw`DELETE\s+FROM\s`,
  String.raw`WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^)]*\)\s*)?AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(`,
  String.raw`(?:CREATE|ALTER|DROP|LOCK|TRUNCATE)\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|SCHEMA|TYPE|SEQUENCE|TRIGGER|EXTENSION)\s`,
];
/** Capitals anywhere, or small letters at the start: a sentence such as "Select a name from the list" is neither. */
const capitals = new RegExp(String.raw`(?:^|[\s(;])(?:${statements.join('|')}|SELECT\s*$)`);
const small = new RegExp(
  String.raw`^\s*(?:${statements.join('|').replaceAll(/[A-Z]{2,}/g, (word) => word.toLowerCase())})`,
);

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `value${literal.text}`).join('');
}

function sqlIn(source: ts.SourceFile): readonly string[] {
  return findings(source, (node) => {
    const text = textOf(node);
    if (text === undefined) return undefined;
    const padded = `${text.replaceAll(/--.*$/gm, '').replaceAll(/\/\*[\s\S]*?\*\//g, '')} `;
    return capitals.test(padded) || small.test(padded) ? text.trim().slice(0, 60) : undefined;
  });
}

test('only stores hold SQL', () => {
  const others = shippedFiles().filter((path) => !path.endsWith('.store.ts') && !platformWithSql.includes(path));
  expect(others.length).toBeGreaterThan(0);
  expect(others.flatMap((path) => sqlIn(parse(path)))).toEqual([]);
});

describe('SQL is recognised', () => {
  test.each([
    "db.rows('SELECT id FROM messages')",
    "db.rows('select id from messages where id = $1', [id])",
    "db.rows('SELECT ' + columns + ' FROM messages')",
    'db.rows(`SELECT ${columns} FROM messages`)',
    'db.rows(`\n  -- the newest first\n  SELECT id\n  FROM messages`)',
    "db.rows('SELECT now()')",
    "db.rows('INSERT INTO messages (id) VALUES ($1)')",
    'db.rows(`UPDATE ${table} SET status = $1`)',
    "db.rows('update messages m set status = $1')",
    "db.rows('DELETE FROM messages')",
    "db.rows('WITH due AS (SELECT 1) SELECT id FROM due')",
    "db.rows('WITH RECURSIVE due (id) AS MATERIALIZED (VALUES (1)) TABLE due')",
    "db.rows('CREATE TABLE messages (id text)')",
    "db.rows('/* clean up */ TRUNCATE TABLE messages')",
  ])('%s', (text) => {
    expect(sqlIn(parse('planted.ts', text))).toHaveLength(1);
  });
});

describe('what is no SQL is left alone', () => {
  test.each([
    "const method = 'DELETE'",
    "const help = 'Select a name from the list'",
    "const help = 'Delete from the phone, or update the app and set a name'",
    "const help = 'with your phone as (a) device'",
    "import { select } from './select.ts'",
    "// SELECT id FROM messages\nconst answer = 'selected'",
  ])('%s', (text) => {
    expect(sqlIn(parse('planted.ts', text))).toEqual([]);
  });
});
