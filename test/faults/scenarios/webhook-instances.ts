import { deferred } from '../../../src/platform/deferred.ts';
import { openHookRig } from '../hooks.ts';
import type { Scenario, Stage } from '../stage.ts';
import type { Answer } from '../../doubles/webhook-answers.ts';
import type { ReceivedDelivery } from '../../doubles/webhook-receiver.ts';

const messages = { short: 100, long: 1_000 };
const inFlight = 5;
const answerMs = 40;

export const webhookInstances: Scenario = {
  row: 129,
  name: 'two instances deliver from one database',
  async run(stage) {
    const rig = await openHookRig(stage, { simulator: ['--kept-messages', '10000'] });
    const first = await rig.startOnline(rig.starting);
    const second = await rig.start(rig.starting);
    const count = messages[stage.long ? 'long' : 'short'];
    const watch = watchIds(stage);
    const hooks = [await rig.hook(first, 'one', {}, watch.answer), await rig.hook(second, 'two', {}, watch.answer)];
    await rig.write(count);
    await rig.settles(hooks);
    stage.promise('under way twice at a time', watch.twice, []);
    stage.promise('repeats', await rig.judge(hooks), 0);
    // As many as one instance makes at a time, and more.
    const most = Math.max(...hooks.map(({ endpoint }) => endpoint.mostAtOnce));
    stage.promise('both instances deliver', most > inFlight, true);
    stage.count('deliveries', count * hooks.length);

    // So quick that some are claimed ahead, until it answers only once it is deleted.
    const deleted = deferred<void>();
    let asked = 0;
    const slow = await rig.hook(first, 'slow', {}, async (delivery) => {
      asked += 1;
      if (asked > inFlight) await deleted.promise;
      return watch.answer(delivery);
    });
    const other = await rig.hook(first, 'other');
    await rig.write(count);
    await slow.endpoint.waitFor(2 * inFlight);
    await second.data('DELETE', `/api/webhooks/${slow.id}`);
    const atDeletion = slow.endpoint.deliveries.length;
    deleted.resolve();
    await rig.write(1);
    await rig.settles([other]);
    const after = slow.endpoint.deliveries.length - atDeletion;
    stage.atMost('posts to a deleted webhook that were under way', after, 2 * inFlight);
    stage.promise('it was deleted in time', slow.endpoint.deliveries.length < count, true);
    const rows = await rig.database.rows(
      `SELECT sequence FROM webhook_delivery_queue WHERE webhook_id = $1 AND claimed_until IS NOT NULL`,
      [slow.id],
    );
    stage.promise('deliveries of the deleted one', rows, []);
    for (const server of [second, first]) stage.promise('exit code', await server.stop(), 0);
  },
};

/** Answers after a while, and sees what is posted again before that. */
function watchIds(stage: Stage): { answer: (delivery: ReceivedDelivery) => Promise<Answer>; twice: string[] } {
  const open = new Set<string>();
  const twice: string[] = [];
  return {
    twice,
    async answer({ path, headers }) {
      const key = `${path} ${headers['webhook-id']}`;
      if (open.has(key)) twice.push(key);
      open.add(key);
      await stage.clock.sleep(answerMs);
      open.delete(key);
      return 200;
    },
  };
}
