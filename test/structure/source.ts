import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { filesUnder } from '../../scripts/repository-files.ts';

/** What ships: src without the tests that stand beside it. */
export function shippedFiles(): readonly string[] {
  return filesUnder('src', /\.tsx?$/).filter((path) => !/\.(test|contract)\.tsx?$/.test(path));
}

export function parse(path: string, text = readFileSync(path, 'utf8')): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Every node of the file for which `find` has something to say. */
export function findings(source: ts.SourceFile, find: (node: ts.Node) => string | undefined): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const finding = find(node);
    if (finding !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${source.fileName}:${line + 1} ${finding}`);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}
