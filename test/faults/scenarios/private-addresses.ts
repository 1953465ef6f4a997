import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { newWebhookSecret } from '../../../src/features/webhooks/signature.ts';
import { secretPlace, urlPlace } from '../../../src/features/webhooks/webhook.ts';
import { insertWebhook } from '../../../src/features/webhooks/webhooks.store.ts';
import { newId } from '../../../src/platform/ids.ts';
import { createSecrets } from '../../../src/platform/secrets.ts';
import type { MessageJson } from '../../doubles/api.ts';
import { startTrap, type TargetServer } from '../../doubles/target-server.ts';
import { type HookRig, openHookRig } from '../hooks.ts';
import { inwardInternet, inwardWays, type Way, type WayKind } from '../inward-ways.ts';
import { secrets as keys } from '../linked-world.ts';
import type { Server } from '../server.ts';
import type { Scenario, Stage } from '../stage.ts';
import { people } from '../traffic.ts';

const drawn: Readonly<Record<WayKind, number>> = { literals: 4, names: 2, redirects: 2, changing: 2, invalid: 2 };
/** Of this machine; allowed on the port of the trap, to see that who is let through arrives there. */
const allowedAlias = '127.0.0.9';

export const privateAddresses: Scenario = {
  row: 107,
  name: 'private addresses, redirects to them and names that change; file: and data:',
  without: 'AI base URL',
  async run(stage) {
    const trap = await startTrap();
    stage.later(() => trap.stop());
    const rig = await openHookRig(stage);
    const { receiver, database } = rig;
    const secret = randomUUID();
    const secretFile = join(tmpdir(), `faults-secret-${database.connection.database}.txt`);
    await writeFile(secretFile, secret);
    stage.later(() => rm(secretFile));
    const options = { outside: receiver, trapPort: trap.port, secretFile };
    const ways = Object.entries(inwardWays(options)).flatMap(([kind, all]) =>
      stage.long ? all : draw(stage, all, drawn[kind as WayKind]),
    );
    const server = await rig.startOnline({
      ...rig.starting,
      environment: { OUTBOUND_ALLOW_HOSTS: `${allowedAlias}:${trap.port}` },
      internet: inwardInternet(options),
    });
    const fromHere = await reach(stage, trap);

    const sent = await Promise.all(ways.map(({ url }, index) => send(rig, server, url.media, index)));
    judge('sent', sent);
    const created: string[] = [];
    // An account has 20 at most.
    for (const { url } of ways) created.push(await create(rig, server, url.webhook));
    judge('created', created);
    const allowed = `http://${allowedAlias}:${trap.port}/allowed`;
    stage.promise('a webhook that may be created', await create(rig, server, allowed), '201 ');
    const ids = await Promise.all(ways.map(({ url }) => store(rig, url.webhook)));
    judge('tested', await Promise.all(ids.map((id) => test(server, id))));
    await rig.write(1);
    judge('delivered', await attempts(stage, rig, ids));

    stage.promise('connections to the trap', trap.connections - fromHere, 0);
    const firstAt = ways.flatMap((way) => way.firstAt);
    const unasked = firstAt.filter(({ deliveries }) => deliveries.length !== 1).map(({ url }) => url);
    stage.promise('names that did not lead outside first', unasked, []);
    stage.promise('files that left', (await rig.simulator.control.counters()).mediaUploads, 0);
    const answers = await database.rows('SELECT 1 FROM webhook_attempts WHERE position($1 IN answer) > 0', [secret]);
    stage.promise('answers with what stands in the file', answers, []);

    // The same server arrives at the trap where it may.
    const before = trap.connections;
    stage.promise('a file that may be fetched', /^(sent|delivered|read) /.test(await send(rig, server, allowed)), true);
    stage.promise('a test that may arrive', await test(server, await store(rig, allowed)), '200 null');
    stage.promise('connections that are allowed', trap.connections - before, 2);
    stage.count('ways', ways.length);
    stage.promise('exit code', await server.stop(), 0);

    function judge(what: 'sent' | 'created' | 'tested' | 'delivered', said: readonly string[]): void {
      const unlike = ways.flatMap(({ url, [what]: expected }, index) => {
        const sentence = said[index] ?? '';
        return expected.test(sentence) ? [] : [[url[what === 'sent' ? 'media' : 'webhook'], sentence]];
      });
      stage.promise(`what is said of those that are ${what}`, unlike, []);
    }
  },
};

function draw(stage: Stage, ways: readonly Way[], count: number): readonly Way[] {
  const left = [...ways];
  return Array.from({ length: count }, () => left.splice(Math.floor(stage.random() * left.length), 1)).flat();
}

/** The trap can be hit at the addresses of this machine. Returns how often it was. */
async function reach(stage: Stage, trap: TargetServer): Promise<number> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
  const hosts = ['127.0.0.1', ...(addresses.includes('::1') ? ['[::1]'] : [])];
  const before = trap.connections;
  for (const host of hosts) {
    const response = await fetch(`http://${host}:${trap.port}/`, { headers: { connection: 'close' } });
    stage.promise(`the trap at ${host}`, await response.text(), 'trapped');
  }
  stage.promise('connections from here', trap.connections - before, hosts.length);
  return trap.connections;
}

/** What becomes of a message with the file behind this address. */
async function send({ account }: HookRig, server: Server, url: string, index = 0): Promise<string> {
  const body = { to: people[index % people.length], media: { url }, typing: false, allowDuplicate: true };
  const answer = await server.call('POST', '/api/send-media?wait=true', { key: account.apiKey, body });
  const { data, errors = [] } = answer.body as { data?: MessageJson; errors?: { field: string }[] };
  if (data) return `${data.status} ${data.error?.code} ${data.error?.message}`;
  return `${answer.status} ${errors.map(({ field }) => field).join(', ')}`;
}

/** Whether a webhook may lead there; one that may is deleted again. */
async function create({ account }: HookRig, server: Server, url: string): Promise<string> {
  const body = { url, events: ['message'] };
  const answer = await server.call('POST', `/api/accounts/${account.id}/webhooks`, { body });
  const { data, errors = [] } = answer.body as { data?: { id: string }; errors?: { field: string; message: string }[] };
  if (data) await server.call('DELETE', `/api/webhooks/${data.id}`);
  return `${answer.status} ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}`;
}

/** A webhook that leads there already, as if it had been created when it still might. Returns its id. */
async function store({ account, database }: HookRig, url: string): Promise<string> {
  const secrets = createSecrets({ key: keys.ENCRYPTION_KEY });
  const id = newId('wh', new Date());
  await database.transaction((tx) =>
    insertWebhook(tx, {
      id,
      accountId: account.id,
      url: secrets.seal(url, urlPlace(id)),
      secret: secrets.seal(newWebhookSecret(), secretPlace(id)),
      headers: null,
      events: ['message'],
      media: 'link',
      timeoutSeconds: 15,
      maxInFlight: 5,
      active: true,
    }),
  );
  return id;
}

async function test(server: Server, id: string): Promise<string> {
  const answer = await server.data('POST', `/api/webhooks/${id}/test`, { body: {} });
  const { status, error } = answer as { status: number | null; error: string | null };
  return `${status} ${error}`;
}

/** Resolves once every one of them was attempted: with what was said of each. */
async function attempts(stage: Stage, { database }: HookRig, ids: readonly string[]): Promise<readonly string[]> {
  const said = new Map<string, string>();
  await stage.until('every webhook was attempted', async () => {
    const rows = await database.rows<{ id: string; said: string }>(
      `SELECT webhook_id AS id, concat_ws(' ', status, last_status, last_error) AS said
       FROM webhook_delivery_queue WHERE attempts > 0`,
    );
    for (const row of rows) said.set(row.id, row.said);
    return said.size === ids.length;
  });
  return ids.map((id) => said.get(id) ?? '');
}
