import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';
import { people } from '../traffic.ts';

const [friend = '', stranger = '', other = ''] = people;

export const missingAck: Scenario = {
  row: 19,
  name: 'an ack that never comes',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, simulator } = rig;
    const server = await rig.startOnline({ waits: { channel: { acknowledgementTimeoutMs: 300 } } });
    // Else its receipt would be result enough.
    await simulator.control.phone(friend).loseNetwork();
    await simulator.control.fault({ kind: 'drop-acks', number: account.number, times: 1 });
    const { whatsappId } = await server.api.send(account, friend, 'once');
    const stanzas = async (): Promise<number> => (await simulator.control.counters()).stanzasById.get(whatsappId) ?? 0;
    await stage.until('it is sent again and confirmed', async () => {
      const [message] = await server.api.messages(account);
      return message?.status === 'sent';
    });
    stage.promise('stanzas under its id', await stanzas(), 2);
    await simulator.control.phone(friend).regainNetwork();
    await simulator.control.phone(friend).receives('once');
    await server.api.lists(account, 'once', 'delivered');
    const shown = (await simulator.control.phone(friend).messages()).filter(({ fromMe }) => !fromMe);
    stage.promise(
      'shown',
      shown.map(({ id, text }) => [id, text]),
      [[whatsappId, 'once']],
    );
    stage.promise('exit code', await server.stop(), 0);
  },
};

export const newChatsRefused: Scenario = {
  row: 20,
  name: 'error 463',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, simulator } = rig;
    const server = await rig.startOnline();
    await server.api.send(account, friend, 'we know each other', '?wait=true');
    const until = Math.floor(stage.clock.now().getTime() / 1000) + 3600;
    await simulator.control.fault({ kind: 'time-lock', number: account.number, enabled: true, until });

    const refused = await server.api.send(account, stranger, 'hello stranger');
    await server.api.lists(account, 'hello stranger', 'failed');
    const restrictedUntil = async (): Promise<string | null> =>
      ((await server.api.account(account.id)) as unknown as { restrictedUntil: string | null }).restrictedUntil;
    const told = new Date(until * 1000).toISOString();
    await stage.until('the end of the restriction is known', async () => (await restrictedUntil()) === told);
    const waiting = await server.api.send(account, other, 'hello other');
    await server.api.send(account, friend, 'still friends', '?wait=true');
    await simulator.control.phone(friend).receives('still friends');
    const [found] = (await server.api.messages(account)).filter(({ text }) => text === 'hello other');
    stage.promise('a new chat meanwhile', found?.status, 'queued');
    const stanzas = async (id: string) => (await simulator.control.counters()).stanzasById.get(id) ?? 0;
    stage.promise('tries of the refused one', await stanzas(refused.whatsappId), 1);
    stage.promise('tries of the one that waits', await stanzas(waiting.whatsappId), 0);

    await simulator.control.fault({ kind: 'time-lock', number: account.number, enabled: false });
    await simulator.control.phone(other).receives('hello other');
    await stage.until('the restriction is over', async () => (await restrictedUntil()) === null);
    stage.promise('tries of the refused one at the end', await stanzas(refused.whatsappId), 1);
    stage.promise('exit code', await server.stop(), 0);
  },
};
