import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';

const clicks = 100;
const codes = 6;
const newcomer = '9990000000902';

export const manyClicks: Scenario = {
  row: 25,
  name: '100 clicks on "connect"; QR expiry',
  async run(stage) {
    const rig = await openRig(stage);
    const { account, database, simulator } = rig;
    const server = await rig.startOnline({ waits: { channel: { qrLifeMs: 300 } } });
    const click = async (id: string): Promise<number> =>
      (await server.call('POST', `/api/accounts/${id}/reconnect`)).status;
    const answers = await Promise.all(Array.from({ length: clicks }, () => click(account.id)));
    stage.promise('answers', new Set(answers), new Set([200]));
    await rig.online(server);
    const { mostSockets, replacements } = await simulator.control.counters();
    stage.promise('most sockets', mostSockets.get(account.device), 1);
    stage.promise('lines that were replaced (440)', replacements, 0);

    const { id } = await server.api.createAccount('Not scanned', 'whatsapp');
    const shown = async () =>
      database.one<{ revision: number; reason: string | null }>(
        'SELECT qr_revision AS revision, status_reason AS reason FROM whatsapp_accounts WHERE id = $1',
        [id],
      );
    const usedUp = async (): Promise<boolean> => (await shown())?.reason === 'qr_timeout';
    await stage.until('the codes are used up', usedUp);
    stage.promise('codes', (await shown())?.revision, codes);
    await Promise.all(Array.from({ length: clicks }, () => click(id)));
    await stage.until(
      'the codes are used up again',
      async () => ((await shown())?.revision ?? 0) >= 2 * codes && (await usedUp()),
    );
    stage.promise('codes after 100 more clicks', (await shown())?.revision, 2 * codes);
    await click(id);
    await simulator.control.phone(newcomer).scan(await server.api.qr(id));
    await server.api.becomes(id, 'ready');
    stage.promise('exit code', await server.stop(), 0);
  },
};
