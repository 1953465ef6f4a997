import type { Answer } from '../../doubles/webhook-answers.ts';
import { openHookRig } from '../hooks.ts';
import type { Scenario } from '../stage.ts';

const mostRead = 16_000;
const mostKept = 1_000;
/** What the buffers of the system may hold beside what was read. */
const mostLeft = 16_000_000;
const long = 'y'.repeat(100_000);

interface Expected {
  readonly answer: Answer;
  readonly status: 'delivered' | 'retrying';
  /** Of the answer that is kept. */
  readonly length: number;
}

const answers: Readonly<Record<string, Expected>> = {
  'endless-body': { answer: 'endless body', status: 'delivered', length: mostKept },
  'gzip-bomb': { answer: 'gzip bomb', status: 'delivered', length: mostKept },
  'brotli-bomb': { answer: 'brotli bomb', status: 'delivered', length: mostKept },
  'long-success': { answer: { status: 200, body: long }, status: 'delivered', length: mostKept },
  'long-failure': { answer: { status: 500, body: long }, status: 'retrying', length: mostRead },
  'short-failure': { answer: { status: 500, body: 'no' }, status: 'retrying', length: 2 },
};

export const webhookAnswers: Scenario = {
  row: 106,
  name: 'endless answers and compressed bombs',
  async run(stage) {
    const rig = await openHookRig(stage);
    const server = await rig.startOnline(rig.starting);
    const fine = await rig.hook(server, 'fine');
    await rig.write(1);
    await rig.settles([fine]);
    const { rssBytes: before } = await server.measure();
    const made = await Promise.all(
      Object.entries(answers).map(async ([name, expected]) => ({
        name,
        expected,
        hook: await rig.hook(server, name, {}, expected.answer),
      })),
    );
    await rig.write(1);
    for (const { name, expected, hook } of made) {
      await stage.until(`an attempt at ${name}`, async () => {
        return (await rig.deliveries(server, hook)).some(({ attempts }) => attempts === 1);
      });
      const [first] = await rig.deliveries(server, hook);
      const { log } = await rig.delivery(server, first?.id ?? '');
      const kept = log[0]?.answer?.length;
      stage.promise(name, { status: first?.status, kept }, { status: expected.status, kept: expected.length });
    }
    const left = made.map(({ hook }) => hook.endpoint.deliveries[0]?.answeredBytes ?? 0);
    stage.atMost('bytes that left for one answer', Math.max(...left), mostLeft);
    const { rssBytes: after } = await server.measure();
    stage.atMost('MB that the process grew by', (after - before) / 1e6, 200);
    stage.count('answers', made.length);
    stage.promise('exit code', await server.stop(), 0);
  },
};
