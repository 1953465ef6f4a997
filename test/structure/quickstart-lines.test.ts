import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('README shows the lines that quickstart prints', () => {
  const lines = readFileSync('docs/quickstart.sh', 'utf8');
  expect(readFileSync('README.md', 'utf8')).toContain(`\`\`\`bash\n${lines}\`\`\``);
});
