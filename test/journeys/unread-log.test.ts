import { expect, test } from 'vitest';
import { runBuiltServer } from '../doubles/built-server.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { openTestDatabase } from '../doubles/test-database.ts';

test('when nobody reads its log any more the server goes on, and stops as it is told', async () => {
  const folder = await newDataFolder();
  const database = await openTestDatabase({ empty: true });
  const unread = runBuiltServer(folder, {
    DATABASE_URL: databaseUrl(database.connection),
    ENCRYPTION_KEY: 'the encryption key of the unread log, 32 and more',
    LOG_LEVEL: 'debug',
  });
  const address = await unread.listening();
  unread.process.stdout?.destroy();
  unread.process.stderr?.destroy();
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${address}/api/health`)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await unread.end('SIGTERM')).toMatchObject({ code: 0 });
  await database.close();
  await removeDataFolder(folder);
});
