import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lchown, lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface UnixUser {
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root. Then it runs as the first uid from here on that /etc/passwd does not know: a user of
 * its own, so that no other program (as with nobody) can read its files. It fits the 65,536 uids of a container.
 */
const firstOwnUid = 28_443;

async function knownUsers(): Promise<Map<number, UnixUser & { name: string }>> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const users = passwd.split('\n').map((line) => line.split(':'));
  return new Map(users.map(([name = '', , uid, gid]) => [Number(uid), { name, uid: Number(uid), gid: Number(gid) }]));
}

export async function freeUser(): Promise<UnixUser> {
  const known = await knownUsers();
  let uid = firstOwnUid;
  while (known.has(uid)) uid += 1;
  return { uid, gid: uid };
}

/** `user`, or `nobody` where /etc/passwd does not know it; undefined where it knows neither. */
export async function knownUserFor(user: UnixUser): Promise<UnixUser | undefined> {
  const known = await knownUsers();
  if (known.has(user.uid)) return user;
  const nobody = [...known.values()].find(({ name }) => name === 'nobody');
  return nobody && { uid: nobody.uid, gid: nobody.gid };
}

/** From the top down, so that the former owner cannot put a link in the way of what follows. */
export async function giveTo(user: UnixUser, path: string): Promise<void> {
  await lchown(path, user.uid, user.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const entry of await readdir(path)) await giveTo(user, join(path, entry));
}

/** Whether `user` can run this. Asked of the system, because modes alone do not tell. */
export async function canRun(user: UnixUser | undefined, command: string, parameters: string[]): Promise<boolean> {
  const child = spawn(command, parameters, { stdio: 'ignore', cwd: '/', env: {}, ...user });
  return once(child, 'exit').then(
    ([code]) => code === 0,
    () => false,
  );
}
