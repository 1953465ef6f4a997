import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { findings, parse, shippedFiles } from './source.ts';

const reader = 'src/config.ts';

function isProcess(node: ts.Node): boolean {
  return ts.isIdentifier(node) ? node.text === 'process' : ts.isPropertyAccessExpression(node) && isProcess(node.name);
}

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression);
  if (ts.isElementAccessExpression(node)) {
    return (
      ts.isStringLiteralLike(node.argumentExpression) &&
      node.argumentExpression.text === 'env' &&
      isProcess(node.expression)
    );
  }
  if (ts.isVariableDeclaration(node)) {
    return node.initializer !== undefined && isProcess(node.initializer) && ts.isObjectBindingPattern(node.name);
  }
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  const bindings = node.importClause?.namedBindings;
  const imported = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
  return (
    /^(node:)?process$/.test(node.moduleSpecifier.text) &&
    imported.some(({ name, propertyName }) => (propertyName ?? name).text === 'env')
  );
}

function environmentIn(source: ts.SourceFile): readonly string[] {
  return findings(source, (node) => (readsEnvironment(node) ? node.getText(source) : undefined));
}

test('only config.ts reads the environment', () => {
  expect(environmentIn(parse(reader))).not.toEqual([]);
  const others = shippedFiles().filter((path) => path !== reader);
  expect(others.flatMap((path) => environmentIn(parse(path)))).toEqual([]);
});

describe('a reader is recognised', () => {
  test.each([
    'const port = process.env.PORT',
    "const port = process.env['PORT']",
    "const port = process['env'].PORT",
    'const port = globalThis.process.env.PORT',
    'const { env } = process',
    "import { env } from 'node:process'",
    "import { env as environment } from 'process'",
    'start(process.env)',
  ])('%s', (text) => {
    expect(environmentIn(parse('planted.ts', text))).toHaveLength(1);
  });

  test('other uses of process are left alone', () => {
    expect(
      environmentIn(
        parse('planted.ts', "process.exitCode = 1; const { env } = input; request.env; process.on('exit', f)"),
      ),
    ).toEqual([]);
  });
});
