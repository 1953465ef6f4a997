import { pictures } from '../../doubles/media-samples.ts';
import { type DeliveryDetailsJson, type Hook, type HookRig, openHookRig } from '../hooks.ts';
import type { Server } from '../server.ts';
import type { Scenario, Stage } from '../stage.ts';
import { people } from '../traffic.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Before the second attempt and those that follow. */
const schedule = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
const attempts = schedule.length + 1;
const jitter = 0.2;
/** An attempt takes some time, and the next one is counted from its end. */
const slackMs = 5 * second;

/** Goes on to the next attempt of this delivery, and returns once that is stored. */
async function nextAttempt(stage: Stage, rig: HookRig, server: Server, id: string): Promise<DeliveryDetailsJson> {
  const before = await rig.delivery(server, id);
  const [last] = before.log.slice(-1);
  const planned = Date.parse(before.nextAttemptAt ?? '') - Date.parse(last?.at ?? '');
  const wanted = schedule[before.attempts - 1] ?? 0;
  const inTime = planned >= wanted * (1 - jitter) && planned <= wanted * (1 + jitter) + slackMs;
  stage.promise(
    `ms before attempt ${before.attempts + 1}, within 20 % of ${wanted}`,
    inTime ? wanted : planned,
    wanted,
  );
  await rig.forward(wanted * (1 + jitter) + slackMs);
  let after = before;
  await stage.until(`attempt ${before.attempts + 1}`, async () => {
    after = await rig.delivery(server, id);
    return after.attempts > before.attempts;
  });
  return after;
}

async function newest(stage: Stage, rig: HookRig, server: Server, hook: Hook, attempts: number): Promise<string> {
  let id = '';
  await stage.until(`attempt ${attempts} at ${hook.endpoint.url}`, async () => {
    const [first] = await rig.deliveries(server, hook);
    id = first?.id ?? '';
    return first?.attempts === attempts;
  });
  return id;
}

async function playSchedule(stage: Stage, rig: HookRig, server: Server): Promise<void> {
  const hook = await rig.hook(server, 'schedule', {}, 500);
  const media = { bytes: pictures.jpeg, mimetype: 'image/jpeg' };
  const phone = rig.simulator.control.phone(people[0] ?? '');
  await phone.send({ to: rig.account.number, type: 'image', media });
  const id = await newest(stage, rig, server, hook, 1);
  for (let number = 2; number < attempts; number += 1) await nextAttempt(stage, rig, server, id);
  const last = await nextAttempt(stage, rig, server, id);
  const posts = hook.endpoint.deliveries;
  stage.promise('posts', posts.length, attempts);
  stage.promise(
    'numbers',
    posts.map(({ headers }) => Number(headers['x-webhook-attempt'])),
    last.log.map(({ number }) => number),
  );
  stage.promise('status after the last', last.status, 'dead');
  const { data } = JSON.parse(last.body) as { data: { media: { url: string } } };
  const { pathname, search } = new URL(data.media.url);
  const file = await fetch(`${server.address}${pathname}${search}`);
  stage.promise('the file by its link', Buffer.from(await file.arrayBuffer()).equals(pictures.jpeg), true);

  hook.endpoint.answer(200);
  await server.data('POST', `/api/deliveries/${id}/retry`);
  await stage.until('it is retried', async () => (await rig.delivery(server, id)).status === 'delivered');
  const alike = posts.filter(
    ({ body, headers }) => body.toString() === last.body && headers['webhook-id'] === last.eventId,
  );
  stage.promise('posts with the same bytes and id', alike.length, attempts + 1);
  await server.data('DELETE', `/api/webhooks/${hook.id}`);
}

/** Ten failures open it; then one probe a minute, until one succeeds. */
async function playBreaker(stage: Stage, rig: HookRig, server: Server): Promise<void> {
  const hook = await rig.hook(server, 'breaker', {}, 500);
  const fine = await rig.hook(server, 'beside-the-breaker');
  const messages = 20;
  const posts = hook.endpoint.deliveries;
  const used = async (): Promise<number> =>
    (await rig.deliveries(server, hook)).reduce((sum, delivery) => sum + delivery.attempts, 0);
  /** By then whatever is due elsewhere was claimed, too. */
  async function anotherMessage(): Promise<void> {
    const before = fine.endpoint.deliveries.length;
    await rig.write(1);
    await stage.until('another message is delivered', () => fine.endpoint.deliveries.length > before);
  }
  await rig.write(messages);
  await stage.until('ten failed', async () => (await used()) >= 10);
  await anotherMessage();
  const opened = posts.length;
  stage.atMost('attempts until the breaker opens', opened, 14);
  for (const probes of [1, 2, 3]) {
    await rig.forward(61 * second);
    await stage.until(`probe ${probes}`, async () => (await used()) === opened + probes);
    await anotherMessage();
    stage.promise(`posts after ${probes} minutes`, posts.length, opened + probes);
  }
  stage.promise('attempts that were used up', await used(), posts.length);
  stage.promise('its health', (await rig.webhook(server, hook)).health, 'failing');
  hook.endpoint.answer(200);
  await rig.forward(7 * minute);
  await rig.settles([hook]);
  stage.promise('its health then', (await rig.webhook(server, hook)).health, 'healthy');
  stage.promise(
    'held and missing',
    (await rig.deliveries(server, hook)).filter(({ status }) => status !== 'delivered'),
    [],
  );
  for (const { id } of [hook, fine]) await server.data('DELETE', `/api/webhooks/${id}`);
}

async function playFiveDays(stage: Stage, rig: HookRig, server: Server): Promise<void> {
  const hook = await rig.hook(server, 'five-days', {}, 500);
  await rig.write(1);
  await newest(stage, rig, server, hook, 1);
  stage.promise('notices before', await rig.notices(), []);
  await rig.forward(5 * day);
  await stage.until('it is paused', async () => !(await rig.webhook(server, hook)).active);
  stage.promise('why', (await rig.webhook(server, hook)).pausedReason, 'failing');
  stage.promise('notices', await rig.notices(), ['webhook.paused']);

  // What waits goes on when it is switched on again; what is given up can be sent again, all at once.
  await server.data('PUT', `/api/webhooks/${hook.id}`, { body: { active: true } });
  stage.promise('notices then', await rig.notices(), []);
  hook.endpoint.answer(200);
  await rig.write(2);
  await rig.forward(31 * minute);
  await rig.settles([hook]);
  await rig.database.execute(`UPDATE webhook_delivery_queue SET status = 'dead' WHERE webhook_id = $1`, [hook.id]);
  const before = hook.endpoint.deliveries.length;
  const answer = await server.data('POST', `/api/webhooks/${hook.id}/retry`, { body: {} });
  stage.promise('sent again', answer, { deliveries: 3 });
  await rig.settles([hook]);
  stage.promise('posts of a range', hook.endpoint.deliveries.length - before, 3);
}

export const webhookSchedule: Scenario = {
  row: 104,
  name: 'the whole schedule, the breaker and five days, under a moved clock',
  async run(stage) {
    const rig = await openHookRig(stage);
    const server = await rig.startOnline(rig.starting);
    await playSchedule(stage, rig, server);
    await playBreaker(stage, rig, server);
    await playFiveDays(stage, rig, server);
    stage.promise('exit code', await server.stop(), 0);
  },
};
