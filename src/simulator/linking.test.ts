import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { newStockAccount, textIn } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const newcomer = '9990000000009';

const network = useSimulatedNetwork([owner]);

test('a client that shows a code is linked by the phone that scans it, and is told to restart', async () => {
  const phone = network.control.phone(newcomer);
  const account = newStockAccount();
  const first = network.connect(account);
  const scanned = phone.scan(await first.qr());

  expect(await first.closed()).toBe(515);
  expect(account.creds.me?.id).toBe(`${newcomer}:1@s.whatsapp.net`);
  expect(account.creds.me?.lid).toBe(phone.lid.replace('@', ':1@'));

  const second = network.connect(account);
  await second.opened();
  expect(await scanned).toEqual({ deviceJid: `${newcomer}:1@s.whatsapp.net` });
  expect(phone.devices()).toEqual([`${newcomer}:1@s.whatsapp.net`]);
  await second.until(() => (account.creds.myAppStateKeyId ? true : undefined));
  await second.until(() => (account.creds.accountSyncCounter > 0 ? true : undefined));
});

test('a code that is none, or was used, is refused', async () => {
  const phone = network.control.phone(newcomer);
  await expect(phone.scan('hello')).rejects.toThrow('no code of this network');
  const client = network.connect(newStockAccount());
  const code = await client.qr();
  const [ref = '', noiseKey = '', identityKey = '', secret = ''] = code.split('#')[1]?.split(',') ?? [];
  await expect(phone.scan([ref, identityKey, noiseKey, secret, '1'].join(','))).rejects.toThrow('does not belong');
  const scanned = phone.scan(code).catch(() => undefined);
  await expect(phone.scan(code)).rejects.toThrow('used or replaced');
  await client.closed();
  await expect(phone.scan(code)).rejects.toThrow('used or replaced');
  void scanned;
});

test('a client is linked by the code that its owner types', async () => {
  const phone = network.control.phone(newcomer);
  const account = newStockAccount();
  const first = network.connect(account);
  await first.qr();
  await expect(phone.enterCode('AAAA1111', AbortSignal.timeout(20))).rejects.toThrow('aborted');
  const code = await first.sock.requestPairingCode(newcomer);
  await expect(phone.enterCode('WRNGC0DE')).rejects.toThrow('not the one that the device shows');
  await first.end();

  const fresh = newStockAccount();
  const second = network.connect(fresh);
  await second.qr();
  const linked = phone.enterCode(await second.sock.requestPairingCode(newcomer));
  expect(await second.closed()).toBe(515);
  const client = network.connect(fresh);
  await client.opened();
  expect(await linked).toEqual({ deviceJid: fresh.creds.me?.id });
  expect(code).toHaveLength(8);
  await client.sends('9990000000003@s.whatsapp.net', 'linked by code');
  await network.control.phone('9990000000003').receives('linked by code');
});

test('typing ends when it is given up, also where the client never answers', async () => {
  const phone = network.control.phone(newcomer);
  const client = network.connect(newStockAccount());
  await client.qr();
  const code = await client.sock.requestPairingCode(newcomer);
  client.mute();
  await expect(phone.enterCode('WRNGC0DE', AbortSignal.timeout(300))).rejects.toThrow('aborted');
  await expect(phone.enterCode(code, AbortSignal.timeout(300))).rejects.toThrow('aborted');
});

test('a client of an unusual name gets no code', async () => {
  const client = network.connect(newStockAccount(), { browser: ['Somewhere', 'Chrome', '1.0'] });
  await client.qr();
  const refused = new Promise((resolve) => client.sock.ws.on('CB:iq,type:error', resolve));
  const code = await client.sock.requestPairingCode(newcomer);
  expect(await refused).toMatchObject({ content: [{ tag: 'error', attrs: { code: '400' } }] });
  await expect(network.control.phone(newcomer).enterCode(code, AbortSignal.timeout(100))).rejects.toThrow('aborted');
});

test('whoever watches is told of a code, a link, a message, its ticks, and a phone that goes away', async () => {
  const seen: string[] = [];
  const stop = network.control.watch(({ number, chat }) =>
    seen.push(chat === undefined ? number : `${number} ${chat}`),
  );
  const told = async (work: () => Promise<unknown>): Promise<string[]> => {
    seen.splice(0);
    await work();
    return [...new Set(seen)];
  };
  const phone = network.control.phone(newcomer);
  const client = network.connect(newStockAccount());
  await client.qr();
  let code = '';
  const asking = async (): Promise<void> => {
    code = await client.sock.requestPairingCode(newcomer);
    await expect.poll(() => seen).toContain(newcomer);
  };
  expect(await told(asking)).toEqual([newcomer]);
  const linking = async (): Promise<void> => {
    phone.enterCode(code).catch(() => undefined);
    await client.closed();
  };
  expect(await told(linking)).toEqual([newcomer]);
  const other = network.control.phone('9990000000003');
  expect(await told(() => phone.send({ to: other.number, text: 'hello' }))).toEqual(
    expect.arrayContaining([`${newcomer} ${other.jid}`, `${other.number} ${phone.jid}`]),
  );
  expect(await told(() => other.read())).toContain(`${newcomer} ${other.jid}`);
  expect(await told(() => other.loseNetwork())).toEqual([other.number]);
  expect(other.isAway()).toBe(true);
  await expect(other.read()).rejects.toThrow('no network');
  stop();
  expect(await told(() => other.regainNetwork())).toEqual([]);
});

test('a client that waits for its scan keeps its line', async () => {
  const client = network.connect(newStockAccount(), { keepAliveIntervalMs: 50 });
  await client.qr();
  const answered = new Promise<string>((resolve) => {
    client.sock.ws.on('CB:iq,type:result', ({ attrs }: { attrs: Record<string, string> }) =>
      resolve(attrs['from'] ?? ''),
    );
  });
  expect(await answered).toBe('@s.whatsapp.net');
});

test('a client shows the next code when the first has lived its time', async () => {
  const client = network.connect(newStockAccount(), { qrTimeout: 30 });
  await client.until(() => (client.qrCodes.length === 6 ? true : undefined));
  expect(new Set(client.qrCodes.map((code) => code.split(',')[0])).size).toBe(6);
  expect(await client.closed()).toBe(408);
});

test('a linked client logs in again with what it saved', async () => {
  const client = await network.login(owner);
  await client.end();
  await network.login(owner);
  await expect.poll(() => [...network.control.counters().openSockets]).toEqual([[`${owner}:1@s.whatsapp.net`, 1]]);
});

test('a login with other keys than the linked ones is refused with 401', async () => {
  const account = network.account(owner);
  account.creds = { ...account.creds, noiseKey: newStockAccount().creds.noiseKey };
  expect(await network.connect(account).closed()).toBe(401);
});

test('a second login of the same device ends the first with 440, and is counted', async () => {
  const first = await network.login(owner);
  const second = await network.login(owner);
  expect(await first.closed()).toBe(440);
  const { openSockets, mostSockets, replacements } = network.control.counters();
  expect([...openSockets.values()]).toEqual([1]);
  expect([...mostSockets.values()]).toEqual([2]);
  expect(replacements).toBe(1);
  const [earlier, later] = network.control.logins();
  expect(earlier?.closedAtMs).toBeGreaterThanOrEqual(later?.openedAtMs ?? Infinity);
  expect(later?.closedAtMs).toBeUndefined();
  await second.end();
});

test('logging out on the phone removes the device: 401 now and at the next login', async () => {
  const client = await network.login(owner);
  await network.control.phone(owner).logOut();
  expect(await client.closed()).toBe(401);
  expect(network.control.phone(owner).devices()).toEqual([]);
  expect(await network.connect(network.account(owner)).closed()).toBe(401);
});

test('logging out in the client removes the device', async () => {
  const client = await network.login(owner);
  await client.sock.logout();
  await expect.poll(() => network.control.phone(owner).devices()).toEqual([]);
});

test('a phone that leaves the network takes everything of it from the store', async () => {
  await network.control.phone(newcomer).send({ to: owner, text: 'farewell' });
  await network.control.phone(newcomer).remove();
  expect([...network.store.rows.keys()].filter((key) => key.split(':')[1] === newcomer)).toEqual([]);
  expect(network.control.phones().map(({ number }) => number)).toEqual([owner]);
});

test('a phone may be given a past, which its next linked device gets as history', async () => {
  const phone = network.control.phone('9990000000007');
  phone.inventPast({ chats: 3, messages: 1_000 });
  const account = newStockAccount();
  const showing = network.connect(account);
  const scanned = phone.scan(await showing.qr());
  await showing.closed();
  const client = network.connect(account);
  const synced: string[] = [];
  client.sock.ev.on('messaging-history.set', ({ messages }) => {
    synced.push(...messages.map((message) => textIn(message) ?? ''));
  });
  await scanned;
  await expect.poll(() => synced.length).toBe(1_000);
  expect(new Set(synced).size).toBe(1_000);
  expect(phone.messages()).toEqual([]);
});
