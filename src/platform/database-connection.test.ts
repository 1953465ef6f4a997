import { execFileSync } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { systemClock as clock } from './clock.ts';
import { connectionFromUrl } from './database-connection.ts';
import { createDatabase } from './database.ts';
import { createEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';

const authority = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';

describe('DATABASE_URL', () => {
  test('gives host, port, user, password and database', () => {
    expect(connectionFromUrl('postgresql://a%40b:p%2Fw%25@db.example:6543/switch')).toEqual({
      host: 'db.example',
      port: 6543,
      user: 'a@b',
      password: 'p/w%',
      database: 'switch',
    });
  });

  test('has defaults as psql has them', () => {
    expect(connectionFromUrl('postgres://me@[::1]')).toMatchObject({ host: '::1', port: 5432, database: 'me' });
    expect(connectionFromUrl('postgres://me@/db?host=/run/pg')).toMatchObject({ host: '/run/pg', database: 'db' });
  });

  test.each([
    ['', undefined, undefined],
    ['', authority, { verify: 'certificate-and-host', certificateAuthority: authority }],
    ['?sslmode=disable', authority, undefined],
    ['?sslmode=require', undefined, { verify: 'certificate-and-host' }],
    ['?sslmode=verify-full', authority, { verify: 'certificate-and-host', certificateAuthority: authority }],
    ['?sslmode=verify-ca', authority, { verify: 'certificate', certificateAuthority: authority }],
    ['?sslmode=no-verify', undefined, { verify: 'none' }],
    ['?sslmode=require', authority.replaceAll('\n', '\\n'), { certificateAuthority: authority }],
  ])('%s with DATABASE_CA %j', (query, ca, expected) => {
    const { tls } = connectionFromUrl(`postgres://me:secret@db.example/db${query}`, ca);
    if (expected === undefined) expect(tls).toBeUndefined();
    else expect(tls).toMatchObject(expected);
  });

  test.each([
    ['mysql://me:secret@db/db', 'must begin with postgres://'],
    ['postgres://me:sec ret#@:x', 'is no URL'],
    ['postgres://me:sec%ret@db/db', '%25'],
    ['postgres:///db', 'must name a user and a host'],
    ['postgres://me:secret@/db', 'must name a user and a host'],
    ['postgres://me:secret@db/db?sslmode=maybe', 'sslmode=maybe'],
  ])('a mistake is named in one sentence without the password: %s', (url, sentence) => {
    const mistake = (): unknown => connectionFromUrl(url);
    expect(mistake).toThrow(sentence);
    expect(mistake).not.toThrow(/sec.?ret/);
  });

  test('a DATABASE_CA that cannot be read is named', () => {
    const url = 'postgres://me@db/db?sslmode=require';
    expect(() => connectionFromUrl(url, '/nowhere.pem')).toThrow('DATABASE_CA is neither PEM text nor a file');
    expect(() => connectionFromUrl(url, 'package.json')).toThrow('holds no PEM certificate');
  });
});

describe('TLS with a certificate of an own authority', () => {
  const log = createRecordingLog();
  let folder: string;
  let port: number;
  let server: EmbeddedPostgres;

  function makeCertificates(): void {
    const openssl = (...parameters: string[]): void => {
      execFileSync('openssl', parameters, { cwd: folder, stdio: 'pipe' });
    };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority');
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'subjectAltName=DNS:localhost'];
    openssl('req', '-x509', ...key, ...signed, '-keyout', 'server.key', '-out', 'server.pem', '-subj', '/CN=localhost');
  }

  async function freePort(): Promise<number> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port: free } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    return free;
  }

  /** Only its owner may read the key, so it has to lie in the database's folder and belong to its user. */
  async function installCertificate(home: string): Promise<void> {
    const { uid, gid } = await stat(home);
    for (const name of ['server.pem', 'server.key']) {
      await copyFile(join(folder, name), join(home, name));
      await chown(join(home, name), uid, gid);
      await chmod(join(home, name), 0o600);
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    await chmod(folder, 0o755);
    makeCertificates();
    port = await freePort();
    const home = join(folder, 'postgres');
    const first = createEmbeddedPostgres({ dataDirectory: folder, clock, log });
    await first.start();
    await first.stop();
    await installCertificate(home);
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      ssl: 'on',
      ssl_cert_file: join(home, 'server.pem'),
      ssl_key_file: join(home, 'server.key'),
    };
    server = createEmbeddedPostgres({ dataDirectory: folder, clock, log, settings });
    await server.start();
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function connectAs(host: string, query: string, ca?: string): Promise<object | undefined> {
    const { user, password, database } = server.connection();
    const url = `postgres://${user}:${password}@${host}:${String(port)}/${database}${query}`;
    const db = createDatabase({ connection: () => connectionFromUrl(url, ca), clock, log, startLimitMs: 1_000 });
    try {
      await db.start();
      return await db.one('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    } finally {
      await db.stop();
    }
  }

  test('works with DATABASE_CA as a file and as text', async () => {
    const file = join(folder, 'ca.pem');
    const text = await readFile(file, 'utf8');
    expect(await connectAs('localhost', '?sslmode=require', file)).toEqual({ ssl: true });
    expect(await connectAs('localhost', '?sslmode=verify-full', text)).toEqual({ ssl: true });
    expect(await connectAs('localhost', '', text)).toEqual({ ssl: true });
    expect(await connectAs('127.0.0.1', '?sslmode=verify-ca', text)).toEqual({ ssl: true });
  });

  test('without DATABASE_CA it fails at once, with a sentence that names it', async () => {
    await expect(connectAs('localhost', '?sslmode=require')).rejects.toMatchObject({
      code: 'database.tls_not_verified',
      detail: expect.stringMatching(/could not be verified .*set DATABASE_CA/) as string,
    });
  });

  test('another authority does not do', async () => {
    await expect(
      connectAs('localhost', '?sslmode=verify-ca', await readFile(join(folder, 'server.pem'), 'utf8')),
    ).rejects.toMatchObject({ code: 'database.tls_not_verified' });
  });

  test('a certificate for another host name is refused, and the way out named', async () => {
    await expect(connectAs('127.0.0.1', '?sslmode=verify-full', join(folder, 'ca.pem'))).rejects.toMatchObject({
      code: 'database.tls_not_verified',
      detail: expect.stringContaining('is for another host name') as string,
    });
  });

  test('no-verify encrypts, and disable does not', async () => {
    expect(await connectAs('localhost', '?sslmode=no-verify')).toEqual({ ssl: true });
    expect(await connectAs('localhost', '?sslmode=disable')).toEqual({ ssl: false });
  });
});
