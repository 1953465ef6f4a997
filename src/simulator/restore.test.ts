import { expect, test } from 'vitest';
import { createDeviceCache } from '../../test/doubles/device-cache.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { copyOf } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const friend = '9990000000003';
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner]);

test('a network that was killed goes on with its sessions, chats and queues', async () => {
  const client = await network.login(owner);
  await client.sends(friendJid, 'one');
  await network.control.phone(friend).receives('one');
  await network.control.phone(friend).send({ to: owner, text: 'two' });
  await client.receives('two');
  await client.end();
  await network.control.phone(friend).send({ to: owner, text: 'queued before the kill' });

  await network.restart();
  expect(
    network.control
      .phone(friend)
      .messages()
      .map(({ text }) => text),
  ).toEqual(['one', 'two', 'queued before the kill']);
  const again = await network.login(owner);
  await again.receives('queued before the kill');
  const id = await again.sends(friendJid, 'after the kill');
  await network.control.phone(friend).receives('after the kill');
  await again.reaches(id, 3);
  await network.control.phone(friend).send({ to: owner, text: 'still the same session' });
  await again.receives('still the same session');
  expect(network.control.counters().undecryptable).toBe(0);
});

test('a stanza is acknowledged only after what follows from it is written', async () => {
  const client = await network.login(owner);
  await client.acknowledged(await client.sends(friendJid, 'warm up'));
  network.store.hold();
  const id = await client.sends(friendJid, 'not durable yet');
  await network.control.phone(friend).receives('not durable yet');
  let acknowledged = false;
  const ack = client.acknowledged(id).then(() => (acknowledged = true));
  expect([...network.store.rows.values()].some((value) => Buffer.from(value).includes('not durable yet'))).toBe(false);
  expect(acknowledged).toBe(false);
  network.store.release();
  await ack;
  expect([...network.store.rows.values()].some((value) => Buffer.from(value).includes('not durable yet'))).toBe(true);
});

test('what was neither written nor acknowledged is sent again by the client and is not undecryptable', async () => {
  const client = await network.login(owner);
  await client.acknowledged(await client.sends(friendJid, 'warm up'));
  network.store.hold();
  const lost = await client.sends(friendJid, 'lost with the kill');
  await network.control.phone(friend).receives('lost with the kill');
  const rows = new Map(network.store.rows);
  network.store.release();
  await client.acknowledged(lost);
  await client.end();
  await network.restart(rows);
  expect(
    network.control
      .phone(friend)
      .messages()
      .map(({ text }) => text),
  ).toEqual(['warm up']);
  const again = await network.login(owner);
  await again.sock.sendMessage(friendJid, { text: 'lost with the kill' }, { messageId: lost });
  await network.control.phone(friend).receives('lost with the kill');
  expect(network.control.counters().undecryptable).toBe(0);
});

test('a phone owes its receipts beyond a kill', async () => {
  const client = await network.login(owner);
  const id = await client.sends(friendJid, 'confirm me');
  await client.acknowledged(id);
  await network.restart();
  const again = await network.login(owner);
  await again.until(() => again.updates.find((update) => update.id === id && (update.status ?? 0) >= 3));
});

test('phones keep the last 200 messages', async () => {
  for (let index = 0; index < 205; index += 1) {
    await network.control.phone(friend).send({ to: '9990000000004', text: `message ${index}` });
  }
  await network.restart();
  const texts = network.control
    .phone(friend)
    .messages()
    .map(({ text }) => text);
  expect(texts).toHaveLength(200);
  expect(texts[0]).toBe('message 5');
  expect(texts.at(-1)).toBe('message 204');
});

test('killed again and again under traffic it loses nothing that it acknowledged', async () => {
  const acknowledged = new Set<string>();
  const taken = new Set<string>();
  const unconfirmed = new Map<string, string>();
  // On the wire: stock clients lose the event of a message when they are cut off while they confirm it.
  const arrived = new Set<string>();
  let count = 0;
  let account = network.account(owner);
  const userDevicesCache = createDeviceCache();

  for (let life = 0; life < 6; life += 1) {
    let killed = false;
    const client = network.connect(account, { userDevicesCache });
    await client.opened();
    client.sock.ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
      acknowledged.add(attrs['id'] ?? '');
      unconfirmed.delete(attrs['id'] ?? '');
    });
    client.sock.ws.on('CB:message', ({ attrs }: { attrs: Record<string, string> }) => arrived.add(attrs['id'] ?? ''));
    const write = (messageId: string, text: string): Promise<unknown> => {
      unconfirmed.set(messageId, text);
      return client.sock.sendMessage(friendJid, { text }, { messageId }).catch(() => undefined);
    };
    for (const [messageId, text] of unconfirmed) await write(messageId, text);
    const lastLife = life === 5;
    for (let index = 0; index < 12; index += 1, count += 1) {
      const text = `from the phone ${count}`;
      void network.control
        .phone(friend)
        .send({ to: owner, text })
        .then(({ id }) => {
          if (!killed) taken.add(id);
        });
      await write(`CLIENT${count}`, `from the client ${count}`);
    }
    if (lastLife) {
      await client.until(() => (unconfirmed.size === 0 ? true : undefined));
      for (let index = count - 12; index < count; index += 1) await client.receives(`from the phone ${index}`);
      await expect.poll(() => [...network.store.rows.keys()].filter((key) => key.startsWith('queue:'))).toEqual([]);
    }
    await client.until(() => (acknowledged.size > count - 6 ? true : undefined));
    killed = true;
    const rows = new Map(network.store.rows);
    const cut = network.control.fault({ kind: 'drop-line' });
    // The dead client still works on what it had received, on its own copy.
    account = copyOf(account);
    await client.closed();
    await cut;
    expect(network.control.counters().undecryptable).toBe(0);
    if (!lastLife) await network.restart(rows);
  }

  const shown = network.control.phone(friend).messages();
  expect([...acknowledged].filter((id) => !shown.some((message) => message.id === id))).toEqual([]);
  expect([...taken].filter((id) => !shown.some((message) => message.id === id))).toEqual([]);
  expect([...taken].filter((id) => !arrived.has(id))).toEqual([]);
  expect(acknowledged.size).toBe(count);
  expect(taken.size).toBeGreaterThan(count / 2);
});

test('what earlier releases wrote is read: messages that are texts only, groups without admins', async () => {
  const message = { id: 'OLD1', chat: `${owner}@s.whatsapp.net`, from: friendJid, fromMe: true, text: 'long ago' };
  const group = { jid: '120363000000000001@g.us', subject: 'Old', addressing: 'phone', participants: [friend, owner] };
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  await network.control.phone(friend).send({ to: owner, text: 'so that the phone is known' });
  const rows = new Map(network.store.rows);
  rows.set(
    `message:${friend}:000000000900`,
    json({ ...message, at: '2026-01-01', status: 'read', addressing: 'phone' }),
  );
  rows.set(`group:${group.jid}`, json({ ...group, createdAt: 1_700_000_000 }));
  await network.restart(rows);
  expect(network.control.phone(friend).messages().at(-1)).toMatchObject({
    text: 'long ago',
    content: { type: 'text', text: 'long ago' },
    reactions: [],
    deleted: false,
  });
  expect(network.control.group(group.jid)).toMatchObject({ admins: [friendJid], announce: false });
  const client = await network.login(owner);
  expect(await client.sock.groupMetadata(group.jid)).toMatchObject({ subject: 'Old', owner: friendJid });
});
