import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { eventCatalogue, type EventName } from '../src/events.ts';
import { eventSample } from '../src/features/events/event-samples.ts';

const introduction = `# Events

What \`GET /api/events\` lists and webhooks get. An occurrence carries all names that fit it; a webhook gets it once,
under the most specific name that it asked for. \`webhooks\` of \`/api/openapi.json\` describes the data of each.

Each sample was received by a webhook that asked for just this name; ids, times, numbers and names are replaced.
`;

/** The text that `docs/events.md` must have. */
export function eventDocs(): string {
  const names = Object.keys(eventCatalogue) as EventName[];
  const sections = names.map((name) => {
    const sample = JSON.stringify(eventSample(name), null, 2);
    return `## ${name}\n\n${wrapped(eventCatalogue[name])}\n\n\`\`\`json\n${sample}\n\`\`\`\n`;
  });
  return `${introduction}\n${sections.join('\n')}`;
}

/** At most 120 wide. */
function wrapped(text: string): string {
  return text.replaceAll(/(?=\S)(.{1,118})(?:\s+|$)/g, '$1\n').trimEnd();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../docs/events.md', import.meta.url), eventDocs());
}
