import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { findings, parse, shippedFiles } from './source.ts';

/** The guarded client, and two that reach one network each: WhatsApp, and what stands in for it on this machine. */
const mayReachOut = /^src\/(platform\/outbound-[^/]+\.ts$|channels\/baileys\/|simulator\/)/;

/** What else the modules for connections have to offer. */
const harmless: Readonly<Record<string, RegExp>> = {
  http: /^(createServer|STATUS_CODES|METHODS)$/,
  https: /^createServer$/,
  http2: /^(createServer|createSecureServer|constants)$/,
  net: /^(createServer|isIP|isIPv4|isIPv6|BlockList|SocketAddress)$/,
  tls: /^(createServer|createSecureContext|rootCertificates)$/,
  dgram: /^$/,
};
/** Names of packages that open connections for whoever imports them. */
const clients = /^(undici|ws|axios|got|ky|needle|superagent|request|node-fetch|cross-fetch|socket\.io-client)(\/|$)/;
const globals = /^(fetch|WebSocket|EventSource|XMLHttpRequest)$/;

/** What an import makes usable, `*` for everything; nothing when it is of types only. */
function importedNames(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return [];
    const { exportClause: clause } = node;
    if (!clause || ts.isNamespaceExport(clause)) return ['*'];
    return clause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map((each) => (each.propertyName ?? each.name).text);
  }
  const { importClause: clause } = node;
  if (!clause) return [];
  if (clause.isTypeOnly) return [];
  const bindings = clause.namedBindings;
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : [];
  return [
    ...(clause.name || (bindings && ts.isNamespaceImport(bindings)) ? ['*'] : []),
    ...named.filter(({ isTypeOnly }) => !isTypeOnly).map((each) => (each.propertyName ?? each.name).text),
  ];
}

function opensConnections(module: string, names: readonly string[]): boolean {
  if (clients.test(module)) return names.length > 0;
  const allowed = harmless[module.replace(/^node:/, '')];
  return allowed !== undefined && names.some((name) => !allowed.test(name));
}

function importsWayOut(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier: module } = node;
    return module !== undefined && ts.isStringLiteral(module) && opensConnections(module.text, importedNames(node));
  }
  if (!ts.isCallExpression(node)) return false;
  const [module] = node.arguments;
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require') ||
    (ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'getBuiltinModule');
  return loads && module !== undefined && ts.isStringLiteralLike(module) && opensConnections(module.text, ['*']);
}

/** The global itself, not a member or a field of that name. */
function usesGlobal(node: ts.Node): boolean {
  const isMember = (parent: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) &&
    /^(globalThis|global)$/.test(parent.expression.getText());
  if (ts.isStringLiteralLike(node)) return globals.test(node.text) && isMember(node.parent);
  if (!ts.isIdentifier(node) || !globals.test(node.text)) return false;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return isMember(parent);
  const isName =
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent)) &&
    parent.name === node;
  return !isName && !ts.isTypeQueryNode(parent) && !ts.isTypeReferenceNode(parent);
}

function waysOut(source: ts.SourceFile): readonly string[] {
  return findings(source, (node) =>
    importsWayOut(node) || usesGlobal(node) ? node.getText(source).slice(0, 80) : undefined,
  );
}

test('every request leaves through the guarded client', () => {
  const others = shippedFiles().filter((path) => !mayReachOut.test(path));
  expect(others.length).toBeGreaterThan(100);
  expect(others.flatMap((path) => waysOut(parse(path)))).toEqual([]);
  expect(waysOut(parse('src/platform/outbound-transfer.ts'))).not.toEqual([]);
});

describe('a way out is recognised', () => {
  test.each([
    "import { request } from 'undici'",
    "import { request } from 'node:http'",
    "import { createServer, get as read } from 'https'",
    "import { Agent } from 'node:https'",
    "import http from 'node:http'",
    "import * as http from 'node:http'",
    "import { connect } from 'node:http2'",
    "import { connect, isIP } from 'node:net'",
    "import { createConnection } from 'net'",
    "import { Socket } from 'node:net'",
    "import { connect } from 'node:tls'",
    "import { createSocket } from 'node:dgram'",
    "import WebSocketClient from 'ws'",
    "import axios from 'axios'",
    "export { request } from 'node:http'",
    "export * from 'undici'",
    "const { request } = await import('node:http')",
    "const { request } = require('node:https')",
    "const { request } = process.getBuiltinModule('node:http')",
    "await fetch('https://example.org')",
    "await globalThis.fetch('https://example.org')",
    "await globalThis['fetch']('https://example.org')",
    'start({ fetch })',
    'const get = fetch',
    'start({ get: fetch })',
    "new WebSocket('wss://example.org')",
    "new EventSource('https://example.org')",
  ])('%s', (text) => {
    expect(waysOut(parse('planted.ts', text))).toHaveLength(1);
  });

  test.each([
    "import type { IncomingMessage, Agent } from 'node:http'",
    "import { createServer, STATUS_CODES, type Agent } from 'node:http'",
    "import { isIP, type Socket } from 'node:net'",
    "import { Server } from 'socket.io'",
    'cache.fetch(id)',
    'createModel({ fetch: guardedFetch })',
    'interface Model { fetch: typeof fetch }',
    'let socket: WebSocket',
    "const words = 'fetch the mail'",
  ])('and this is none: %s', (text) => {
    expect(waysOut(parse('planted.ts', text))).toEqual([]);
  });
});
