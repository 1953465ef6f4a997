import { type Hook, openHookRig } from '../hooks.ts';
import type { Scenario } from '../stage.ts';

const second = 1_000;
const minute = 60 * second;

export const webhookStatuses: Scenario = {
  row: 102,
  name: '500, 500, 200; 429; 410; 301 to a trap',
  async run(stage) {
    const rig = await openHookRig(stage);
    const server = await rig.startOnline(rig.starting);
    const { receiver } = rig;
    const trap = receiver.endpoint('/trap');
    const fine = await rig.hook(server, 'fine');
    const flaky = await rig.hook(server, 'flaky', {}, 500, 500, 200);
    const limited = await rig.hook(server, 'limited', {}, { status: 429, headers: { 'retry-after': '600' } }, 200);
    const gone = await rig.hook(server, 'gone', {}, 410);
    const moved = await rig.hook(server, 'moved', {}, { status: 301, headers: { location: trap.url } });
    const count = ({ endpoint }: Hook): number => endpoint.deliveries.length;

    /** Returns once the first delivery of the webhook has had so many attempts, and that is stored. */
    async function attempted(hook: Hook, attempts: number): Promise<string> {
      let status = '';
      await stage.until(`${attempts} attempts at ${hook.endpoint.url}`, async () => {
        const first = (await rig.deliveries(server, hook)).at(-1);
        status = first?.status ?? '';
        return first?.attempts === attempts;
      });
      return status;
    }
    /** One more message is at the endpoint that is fine: by then whatever is due elsewhere was claimed, too. */
    async function anotherMessage(): Promise<void> {
      const before = count(fine);
      await rig.write(1);
      await stage.until('another message is delivered', () => count(fine) === before + 1);
    }

    await rig.write(1);
    stage.promise('after the first 500', await attempted(flaky, 1), 'retrying');
    stage.promise('after 429', await attempted(limited, 1), 'retrying');
    stage.promise('after 410', await attempted(gone, 1), 'dead');
    stage.promise('after 301', await attempted(moved, 1), 'retrying');
    await rig.forward(7 * second);
    stage.promise('after the second 500', await attempted(flaky, 2), 'retrying');
    stage.promise('after the second 301', await attempted(moved, 2), 'retrying');
    await rig.forward(7 * minute);
    stage.promise('after 200', await attempted(flaky, 3), 'delivered');
    stage.promise('after the third 301', await attempted(moved, 3), 'retrying');

    // Ten minutes are not over: also what comes new waits.
    await anotherMessage();
    await anotherMessage();
    stage.promise('posts after 429 within its time', count(limited), 1);
    await rig.forward(4 * minute);
    await stage.until('all is delivered after its time', () => count(limited) === 4);
    await rig.settles([flaky, limited, fine]);

    const { active, pausedReason, health } = await rig.webhook(server, gone);
    stage.promise(
      'after 410',
      { active, pausedReason, health },
      { active: false, pausedReason: 'gone', health: 'paused' },
    );
    stage.promise('what people are told', await rig.notices(), ['webhook.paused']);
    stage.promise('posts to the one that is gone', count(gone), 1);
    stage.promise('posts where two failed', count(flaky), 5);
    stage.promise('hits on the trap', trap.deliveries.length, 0);
    const [first] = (await rig.deliveries(server, moved)).slice(-1);
    const sentence = 'The endpoint answered 301: redirects are not followed.';
    stage.promise('what is said of a redirect', first?.lastError, sentence);
    stage.promise('exit code', await server.stop(), 0);
  },
};
