// How many messages /api/send accepts in a second, against Express with one insert on the same database.
import { runChild } from '../test/doubles/child-process.ts';
import { shareOf } from './bench-options.ts';
import { type BenchRun, benchRun } from './bench-run.ts';
import { type Post, postAll } from './callers.ts';
import { type Cost, costFigures, costOf, type Measured } from './cost.ts';
import { type Figure, printFigures, spreadFigures } from './figures.ts';
import type { LinkedAccount, Product } from './product.ts';

const accounts = 10;
const chatsEach = 10;
const callers = 32;
const posts = 5_000;
const postsOneByOne = 500;
/** Not counted: until the code is compiled. */
const postsBefore = 1_000;
const sentBefore = 1_000;
const leastRatio = 0.5;
/** Nothing leaves meanwhile, which would cost more than accepting it. */
const leavesInMs = 86_400_000;

interface Accepting {
  oneByOneMs: number[];
  cost: Cost;
}

interface Load {
  name: string;
  preset: 'unpaced' | 'normal';
  /** Messages that wait in each account's queue before. */
  waiting: number;
  /** Each under an Idempotency-Key of its own. */
  keyed: boolean;
}

const loads: readonly Load[] = [
  { name: 'unpaced', preset: 'unpaced', waiting: 0, keyed: false },
  { name: 'with a key', preset: 'unpaced', waiting: 0, keyed: true },
  { name: 'paced', preset: 'normal', waiting: 0, keyed: false },
  { name: 'paced, 300 waiting', preset: 'normal', waiting: 300, keyed: false },
];

/** Measures somebody who takes such posts: `count` of them from all callers, after some that only warm him up. */
async function accepting(
  { options }: BenchRun,
  measured: Measured,
  address: string,
  postsOf: (count: number) => Iterable<Post>,
): Promise<Accepting> {
  await postAll(address, callers, postsOf(shareOf(options, postsBefore)));
  const oneByOneMs = await postAll(address, 1, postsOf(shareOf(options, postsOneByOne)));
  const count = shareOf(options, posts);
  const cost = await costOf(measured, count, () => postAll(address, callers, postsOf(count)));
  return { oneByOneMs, cost };
}

async function bare(run: BenchRun, { database }: Product): Promise<Accepting> {
  const child = runChild('../../bench/bare-accept.ts', [], { env: { ...process.env, DATABASE_URL: database.url } });
  try {
    const address = (await child.says('Listening on ')).slice('Listening on '.length);
    function* postsOf(count: number): Iterable<Post> {
      for (let index = 0; index < count; index += 1) {
        yield { path: '/api/send', headers: {}, body: { to: '9990000000001', text: `message ${index}` } };
      }
    }
    return await accepting(run, { server: { pid: child.process.pid ?? 0 }, database }, address, postsOf);
  } finally {
    await child.kill('SIGKILL');
  }
}

async function setPreset({ server }: Product, linked: readonly LinkedAccount[], { preset }: Load): Promise<void> {
  for (const { id } of linked) {
    await server.data('PATCH', `/api/accounts/${id}`, { body: { settings: { pacing: { preset } } } });
  }
}

/** As many in each queue as the load says, all in known chats, on top of what was sent days ago. */
async function fillQueues({ database }: Product, chats: readonly string[], { waiting }: Load): Promise<void> {
  await database.queries.execute('DELETE FROM messages');
  await database.queries.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status,
       queued_at, sending_at, sent_at, created_at)
     SELECT 'msg_old' || a.id || n, a.id, 'outgoing', 'api', 'OLD' || n, c.jid, 'personal', '', 'text', 'Sent', 'delivered',
       c.at, c.at, c.at, c.at
     FROM whatsapp_accounts a, generate_series(1, $1::int) n,
       LATERAL (SELECT ($2::text[])[1 + n % cardinality($2::text[])] || '@s.whatsapp.net' AS jid,
                       now() - interval '3 days' + n * interval '1 minute' AS at) c`,
    [sentBefore, chats],
  );
  await database.queries.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status,
       queued_at, send_at)
     SELECT 'msg_' || a.id || n, a.id, 'outgoing', 'api', 'WAITING' || n, c.jid, 'personal', '', 'text', 'Waiting', 'queued',
       now(), now() + interval '1 day'
     FROM whatsapp_accounts a, generate_series(1, $1::int) n,
       LATERAL (SELECT ($2::text[])[1 + n % cardinality($2::text[])] || '@s.whatsapp.net' AS jid) c`,
    [waiting, chats],
  );
  await database.queries.execute('VACUUM ANALYZE messages');
}

async function ours(run: BenchRun, product: Product): Promise<Accepting[]> {
  const linked = await product.link(await run.phones(accounts));
  const chats = await run.phones(chatsEach);
  const sendAt = new Date(Date.now() + leavesInMs).toISOString();
  let posted = 0;
  function* postsOf(count: number, keyed: boolean): Iterable<Post> {
    for (let index = 0; index < count; index += 1) {
      posted += 1;
      const key = linked[posted % linked.length]?.apiKey ?? '';
      const headers = { 'x-api-key': key, ...(keyed && { 'idempotency-key': `post ${posted}` }) };
      // The same text again to the same chat would be taken for a retry.
      yield {
        path: '/api/send',
        headers,
        body: { to: chats[posted % chats.length], text: `message ${posted}`, sendAt },
      };
    }
  }
  const results: Accepting[] = [];
  for (const load of loads) {
    await setPreset(product, linked, load);
    await fillQueues(product, chats, load);
    results.push(await accepting(run, product, product.server.address, (count) => postsOf(count, load.keyed)));
  }
  return results;
}

function figuresOf({ name }: Load, { oneByOneMs, cost }: Accepting, theirs: Accepting): Figure[] {
  const bareCost = { perSecond: theirs.cost.perSecond, cpuMs: theirs.cost.serverCpuMs };
  return [
    ...spreadFigures(`${name}: one caller`, oneByOneMs, theirs.oneByOneMs),
    ...costFigures(`${name}: ${callers} callers`, cost, bareCost, { leastRatio }),
  ];
}

await benchRun(async (run) => {
  const product = await run.startProduct();
  const theirs = await bare(run, product);
  const results = await ours(run, product);
  const figures = loads.flatMap((load, index) => {
    const result = results[index];
    return result ? figuresOf(load, result, theirs) : [];
  });
  printFigures(figures, 'Express with one insert');
});
