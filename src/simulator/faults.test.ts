import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { strayErrors } from '../../test/doubles/stray-errors.ts';

const owner = '9990000000001';
const friend = '9990000000003';
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner]);

test('drop-line cuts the connection without a word', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'drop-line', number: owner });
  expect(await client.closed()).toBe(428);
  await expect.poll(() => network.control.counters().openSockets.size).toBe(0);
});

test.for([503, 515, 500])('stream-error %i is what the client closes with', async (code) => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'stream-error', number: owner, code });
  expect(await client.closed()).toBe(code);
});

test('an error may follow what waited for the device', async () => {
  for (const text of ['one', 'two']) await network.control.phone(friend).send({ to: owner, text });
  await network.control.fault({ kind: 'error-after-queue', number: owner, code: 503, afterMs: 100, times: 1 });
  const client = network.connect(network.account(owner));
  expect(await client.closed()).toBe(503);
  await network.login(owner);
});

test('device-removed logs the client out, now and for good', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'device-removed', number: owner });
  expect(await client.closed()).toBe(401);
  expect(await network.connect(network.account(owner)).closed()).toBe(401);
});

test('replaced closes with 440 and leaves the device linked', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'replaced', number: owner });
  expect(await client.closed()).toBe(440);
  await network.login(owner);
});

test('on a silent line the client sends and hears nothing, and gives up', async () => {
  const client = await network.login(owner, { keepAliveIntervalMs: 200, defaultQueryTimeoutMs: 100 });
  await network.control.fault({ kind: 'silent-line', number: owner, enabled: true });
  const id = await client.sends(friendJid, 'into the void').catch(() => 'timed out');
  await network.control.phone(friend).send({ to: owner, text: 'waits' });
  expect(network.control.counters().stanzasById.has(id)).toBe(false);
  expect(await client.closed()).toBe(408);
  network.control.clearFaults();
  const again = await network.login(owner);
  await again.receives('waits');
});

test('a silent line that wakes up delivers what it missed', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'silent-line', number: owner, enabled: true });
  await network.control.phone(friend).send({ to: owner, text: 'late' });
  await network.control.fault({ kind: 'silent-line', number: owner, enabled: false });
  await client.receives('late');
});

test('refuse-login answers as often as told with its code', async () => {
  await network.control.fault({ kind: 'refuse-login', number: owner, code: 503, times: 1 });
  expect(await network.connect(network.account(owner)).closed()).toBe(503);
  await network.login(owner);
  expect(network.control.logins(owner).map(({ refused }) => refused)).toEqual([503, undefined]);
});

test('a temporary ban carries its code and how long it lasts', async () => {
  await network.control.fault({ kind: 'refuse-login', number: owner, code: 402, times: 1, expire: 3600 });
  const client = network.connect(network.account(owner));
  let data: unknown;
  client.sock.ev.on('connection.update', ({ lastDisconnect }) => {
    data = (lastDisconnect?.error as { data?: unknown } | undefined)?.data;
  });
  expect(await client.closed()).toBe(402);
  expect(data).toMatchObject({ reason: '402', expire: '3600' });
});

test('refuse-upgrade answers the WebSocket request with its status', async () => {
  await network.control.fault({ kind: 'refuse-upgrade', status: 503, times: 1 });
  const refused = network.connect(network.account(owner));
  const status = await new Promise((resolve) => {
    refused.sock.ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) =>
      resolve(response.statusCode),
    );
  });
  expect(status).toBe(503);
  await network.login(owner);
});

test('acks can be late', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'delay-acks', number: owner, minMs: 200, maxMs: 300 });
  const before = performance.now();
  await client.acknowledged(await client.sends(friendJid, 'patience'));
  expect(performance.now() - before).toBeGreaterThan(195);
});

test('acks can be missing, and the message arrives all the same', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'drop-acks', number: owner, times: 1 });
  const missing = await client.sends(friendJid, 'no ack');
  await client.acknowledged(await client.sends(friendJid, 'ack'));
  await network.control.phone(friend).receives('no ack');
  let heard = false;
  void client.acknowledged(missing).then(() => (heard = true));
  await Promise.resolve();
  expect(heard).toBe(false);
});

test.for([463, 475, 479])('error-ack %i tells the client that its message went nowhere', async (code) => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'error-ack', number: owner, code, times: 1 });
  const id = await client.sends(friendJid, 'refused');
  expect((await client.acknowledged(id))['error']).toBe(String(code));
  expect((await client.reaches(id, 0)).parameters[0]).toBe(String(code));
  expect(network.control.phone(friend).messages()).toEqual([]);
});

test('a time-lock refuses new chats with 463, says until when, leaves known chats alone, and its end is told', async () => {
  const client = await network.login(owner);
  await client.acknowledged(await client.sends(friendJid, 'we know each other'));
  const until = Math.floor(Date.now() / 1000) + 3600;
  await network.control.fault({ kind: 'time-lock', number: owner, enabled: true, until });
  const locks: unknown[] = [];
  client.sock.ev.on('connection.update', ({ reachoutTimeLock }) => {
    if (reachoutTimeLock) locks.push([reachoutTimeLock.isActive, reachoutTimeLock.timeEnforcementEnds?.getTime()]);
  });

  const stranger = '9990000000009';
  const refused = await client.acknowledged(await client.sends(`${stranger}@s.whatsapp.net`, 'hello stranger'));
  expect(refused['error']).toBe('463');
  expect(await client.acknowledged(await client.sends(friendJid, 'still friends'))).not.toHaveProperty('error');
  // Stock clients do not ask by themselves after a 463.
  await client.sock.fetchAccountReachoutTimelock();
  await expect.poll(() => locks).toEqual([[true, until * 1000]]);

  await network.control.fault({ kind: 'time-lock', number: owner, enabled: false });
  await expect
    .poll(() => locks)
    .toEqual([
      [true, until * 1000],
      [false, undefined],
    ]);
  const later = await client.acknowledged(await client.sends(`${stranger}@s.whatsapp.net`, 'hello again'));
  expect(later).not.toHaveProperty('error');
});

test('a broken offer makes a stock client throw outside any promise', async () => {
  await network.login(owner, { qrTimeout: 20 });
  const errors = strayErrors();
  try {
    await network.control.fault({ kind: 'broken-offer', number: owner });
    await expect.poll(() => errors.thrown.map(String)).toEqual([expect.stringContaining("reading 'toString'")]);
    expect(errors.rejected).toEqual([]);
  } finally {
    errors.stop();
  }
});

test('an unanswered query leaves the client waiting until it is answered again', async () => {
  const client = await network.login(owner, { defaultQueryTimeoutMs: 200 });
  await network.control.fault({ kind: 'unanswered-query', number: owner, xmlns: 'usync', enabled: true });
  expect(await client.sock.onWhatsApp(friendJid)).toBeUndefined();
  await network.control.fault({ kind: 'unanswered-query', number: owner, xmlns: 'usync', enabled: false });
  expect(await client.sock.onWhatsApp(friendJid)).toHaveLength(1);
});

test('latency holds every stanza back, in order', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'latency', number: owner, ms: 150 });
  const before = performance.now();
  for (const text of ['first', 'second']) await network.control.phone(friend).send({ to: owner, text });
  const first = await client.receives('first');
  expect(performance.now() - before).toBeGreaterThan(145);
  const second = await client.receives('second');
  const order = client.messages.map(({ message }) => message.key.id);
  expect(order.indexOf(first.key.id)).toBeLessThan(order.indexOf(second.key.id));
});

test('redeliver-last brings the same stanza again', async () => {
  const client = await network.login(owner);
  await network.control.phone(friend).send({ to: owner, text: 'once' });
  const message = await client.receives('once');
  const seen: string[] = [];
  client.sock.ws.on('CB:message', ({ attrs }: { attrs: Record<string, string> }) => seen.push(attrs['id'] ?? ''));
  await network.control.fault({ kind: 'redeliver-last', number: owner });
  await expect.poll(() => seen).toEqual([message.key.id]);
});

test('an unregistered number cannot be written to, and takes nothing', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'unregistered', number: friend, enabled: true });
  await client.sends(friendJid, 'anybody there?').catch(() => undefined);
  expect(network.control.phone(friend).messages()).toEqual([]);
  await expect(network.control.phone(owner).send({ to: friend, text: 'hello?' })).rejects.toThrow(
    'not on this network',
  );
});

test('a fault for one number leaves the others alone, and clearFaults ends them all', async () => {
  const client = await network.login(owner);
  await network.control.fault({ kind: 'error-ack', number: friend, code: 463, times: 5 });
  expect(await client.acknowledged(await client.sends(friendJid, 'fine'))).not.toHaveProperty('error');
  await network.control.fault({ kind: 'error-ack', code: 463, times: 5 });
  network.control.clearFaults();
  expect(await client.acknowledged(await client.sends(friendJid, 'fine again'))).not.toHaveProperty('error');
});
