import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = join(import.meta.dirname, '../..');

/** Each takes half a minute or more where three files run at once on two cores. */
const longest = [
  'test/journeys/dashboard-pages.test.ts',
  'test/journeys/malformed-requests.test.ts',
  'test/journeys/admin-reset.test.ts',
  'test/journeys/start-refusals.test.ts',
  'test/journeys/dashboard-keyboard.test.ts',
  'test/journeys/dashboard-live.test.ts',
  'test/journeys/media-memory.test.ts',
  'test/journeys/quickstart.test.ts',
  'test/journeys/stored-media-kill.test.ts',
  'src/platform/embedded-postgres-processes.test.ts',
  'src/simulator/own-process.test.ts',
];

/**
 * Begins each project with the files that take longest, so that none of them goes on alone at the end. By itself Vitest
 * knows only how large files are, until it has run them once.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const missing = longest.filter((path) => !existsSync(join(root, path)));
    if (missing.length > 0)
      throw new Error(`There is no ${missing.join(', ')}: take it out of ${import.meta.filename}`);
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    const placeOf = ({ project, moduleId }: TestSpecification): number => {
      const index = longest.indexOf(relative(root, moduleId));
      return projects.indexOf(project.name) * 1_000 + (index < 0 ? longest.length : index);
    };
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
