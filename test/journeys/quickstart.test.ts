import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const lastLine = 'Ctrl-C stops it.';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves with everything printed once the text appears; rejects when the program ends before. */
function printed(program: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    program.stdout?.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      if (output.includes(text)) resolve(output);
    });
    program.once('close', (code) => reject(new Error(`ended with ${code} before "${text}": ${output}`)));
  });
}

describe('npm run quickstart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quickstart-'));
  // The embedded database of a server started by root runs as another user, who must be able to enter.
  chmodSync(folder, 0o755);
  let quickstart: ChildProcess;
  let output = '';

  beforeAll(async () => {
    const { ADMIN_API_KEY: _own, DATABASE_URL: _database, ...env } = process.env;
    quickstart = spawn(process.execPath, ['scripts/quickstart.mjs'], {
      env: { ...env, NODE_ENV: 'development', PORT: String(await freePort()), DATA_DIR: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    output = await printed(quickstart, lastLine);
  });

  afterAll(() => {
    quickstart.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('keeps the admin key where only its owner can read it', () => {
    expect(output).toMatch(/Admin key: sk_admin_[0-9A-Za-z]{38}\n/);
    expect(statSync(join(folder, 'data/admin-api-key')).mode & 0o777).toBe(0o600);
  });

  test('prints lines that send a text, show it on the phone and list the answer', async () => {
    const lines = output.slice(output.indexOf('ADDRESS='), output.indexOf(lastLine));
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', lines]);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { success: boolean; data: unknown });
    expect(stderr).toBe('');
    expect(answers.map(({ success }) => success)).toEqual(Array.from({ length: 6 }, () => true));
    const [account, scanned, sent, phone, , listed] = answers.map(({ data }) => data);
    expect(account).toMatchObject({ name: 'Demo', kind: 'sandbox' });
    expect(scanned).toMatchObject({ status: 'ready' });
    expect((sent as { status: string }).status).toMatch(/^(sent|delivered|read)$/);
    expect(JSON.stringify(phone)).toContain('Hello from Switchboard');
    expect(listed).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ direction: 'outgoing', text: 'Hello from Switchboard' }),
        expect.objectContaining({ direction: 'incoming', text: 'Hello back' }),
      ]),
    );
  });

  test('passes SIGTERM on and ends with the exit code of the server', async () => {
    const ended = once(quickstart, 'close');
    quickstart.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
