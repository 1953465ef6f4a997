import { appTimings } from '../../../src/app-timings.ts';
import { databaseUrl } from '../../doubles/database-url.ts';
import { tenths } from '../faults.ts';
import { openRig, type Rig } from '../rig.ts';
import type { Server } from '../server.ts';
import type { Scenario } from '../stage.ts';
import { openTraffic } from '../traffic.ts';

const endsWithinMs = 1_000;
const messages = 60;

/** Notes which server writes what an account rests on, by a setting that its `DATABASE_URL` carries. */
const noteWritesSql = `
  CREATE TABLE noted_writes (server text, at timestamptz, what text);
  CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO noted_writes VALUES (current_setting('faults.server', true), clock_timestamp(), TG_TABLE_NAME);
    RETURN NULL;
  END $$;
  CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON channel_keys
    FOR EACH ROW EXECUTE FUNCTION note_write();
  CREATE TRIGGER note_write AFTER UPDATE OR DELETE ON messages FOR EACH ROW EXECUTE FUNCTION note_write();
  CREATE TRIGGER note_write AFTER INSERT OR UPDATE OR DELETE ON inbound_journal
    FOR EACH ROW EXECUTE FUNCTION note_write();
  CREATE TRIGGER note_write AFTER UPDATE OR DELETE ON whatsapp_accounts FOR EACH ROW EXECUTE FUNCTION note_write();`;

function urlOf({ database }: Rig, name: string): string {
  return `${databaseUrl(database.connection)}&options=${encodeURIComponent(`-c faults.server=${name}`)}`;
}

async function isMoving(rig: Rig, server: Server): Promise<boolean> {
  const { status, body } = await server.call('POST', `/api/accounts/${rig.account.id}/reconnect`);
  return status === 503 && (body as { code?: string }).code === 'account.moving';
}

export const zombie: Scenario = {
  row: 5,
  name: 'SIGSTOP past the lease, then SIGCONT',
  async run(stage) {
    const rig = await openRig(stage, { simulator: ['--kept-messages', '10000'] });
    const { account, database, simulator } = rig;
    await database.execute(noteWritesSql);
    // So that much is under way at both moments.
    await simulator.control.fault({ kind: 'delay-acks', number: account.number, minMs: 100, maxMs: 300 });
    const waits = { lease: tenths(appTimings.lease) };
    const first = await rig.startOnline({ waits, environment: { DATABASE_URL: urlOf(rig, 'first') } });
    const second = await rig.start({ waits, environment: { DATABASE_URL: urlOf(rig, 'second') } });
    const traffic = await openTraffic(stage, rig);
    const exchange = stage.beside(Promise.all([traffic.post(second, messages, 600), traffic.write(messages, 600)]));
    await simulator.control.nextStanza();
    await stage.clock.sleep(stage.random() * 500);
    first.child.process.kill('SIGSTOP');
    const epochOf = async (): Promise<number | undefined> =>
      (await database.one<{ epoch: number }>('SELECT epoch FROM account_leases WHERE account_id = $1', [account.id]))
        ?.epoch;
    const epoch = await epochOf();
    await exchange;
    await stage.until('the other takes the account over', async () => (await epochOf()) !== epoch);
    const moved = await database.one<{ at: string }>('SELECT clock_timestamp()::text AS at');
    await traffic.settles();

    first.child.process.kill('SIGCONT');
    const wokenMs = stage.clock.monotonicMs();
    await stage.until('the zombie has ended', () => isMoving(rig, first));
    stage.atMost('ms until the zombie has ended', stage.clock.monotonicMs() - wokenMs, endsWithinMs);
    await traffic.post(second, 9, 100);
    await traffic.settles();
    const stale = await database.rows(
      `SELECT what, count(*)::int AS count FROM noted_writes WHERE server = 'first' AND at > $1::timestamptz GROUP BY what`,
      [moved?.at],
    );
    stage.promise('stale writes', stale, []);
    const noted = await database.rows(`SELECT DISTINCT server FROM noted_writes`);
    stage.promise('servers that were noted', noted.length, 2);
    stage.promise('sockets', (await simulator.control.counters()).openSockets.get(account.device), 1);
    stage.promise('exit codes', [await first.stop(), await second.stop()], [0, 0]);
    await traffic.judge();
  },
};
