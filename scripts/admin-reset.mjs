// `npm run admin:reset`. Plain JavaScript, because a host builds without tsx; a clone that was never built is built first.
import { existsSync } from 'node:fs';
import { Refusal, build, root, run } from './steps.mjs';

const built = `${root}dist/admin-reset.js`;

try {
  if (!existsSync(built)) await build();
  process.exitCode = await run(process.execPath, ['--enable-source-maps', built]);
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error);
  process.exitCode = 1;
}
