import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { envExample } from '../scripts/env-example.ts';
import { readConfig } from './config.ts';
import type { Environment } from './environment-reader.ts';
import { environmentVariables } from './environment-variables.ts';

test('.env.example lists every variable with its default and a line of help', () => {
  expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
});

test('the defaults of .env.example are those of the reader', () => {
  const lines = readFileSync('.env.example', 'utf8').split('\n');
  const env = Object.fromEntries(
    lines
      .filter((line) => /^[A-Z]/.test(line))
      .map((line): [string, string] => {
        const [name = '', value = ''] = line.split('=');
        return [name, value];
      }),
  );
  expect(Object.keys(env)).toEqual(Object.keys(environmentVariables));
  expect(readConfig(env)).toEqual(readConfig({}));
});

test('the reader reads every variable of the table', () => {
  const read = new Set<string>();
  const spy = new Proxy<Environment>({}, { get: (_target, name) => void read.add(String(name)) });
  readConfig(spy);
  expect(Object.keys(environmentVariables).filter((name) => !read.has(name))).toEqual([]);
});
