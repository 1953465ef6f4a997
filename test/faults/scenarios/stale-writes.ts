import { keyChangeKind } from '../../../src/channels/baileys/auth.store.ts';
import { claimNext } from '../../../src/features/messages/queue.store.ts';
import { createCommitWriter } from '../../../src/platform/commit-writer.ts';
import { createLeases, type Leases } from '../../../src/platform/leases.ts';
import { createSecrets } from '../../../src/platform/secrets.ts';
import { appTimings } from '../../../src/app-timings.ts';
import { createRecordingLog } from '../../doubles/recording-log.ts';
import { secrets } from '../linked-world.ts';
import { openRig } from '../rig.ts';
import type { Scenario } from '../stage.ts';

const writes = 1_000;
const writesAtOnce = 20;

export const staleWrites: Scenario = {
  row: 6,
  name: '1,000 writes with a stale epoch',
  async run(stage) {
    const { account, database } = await openRig(stage);
    const shared = { database, clock: stage.clock, log: createRecordingLog() };
    const owner = (): Leases => createLeases({ ...shared, timings: appTimings.lease });
    const [stale] = await owner().take([account.id]);
    const [present] = await owner().seize([account.id]);
    if (!stale || !present) throw new Error('The account could not be taken');
    stage.promise('the former owner still believes in its lease', stale.holds, true);
    await database.execute(
      `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status)
       VALUES ('msg_stale', $1, 'outgoing', 'api', 'STALE', '1@s.whatsapp.net', 'personal', '2@s.whatsapp.net', 'text',
               'not yours', 'queued')`,
      [account.id],
    );

    const writer = createCommitWriter(shared);
    const keys = keyChangeKind(createSecrets({ key: secrets.ENCRYPTION_KEY }));
    const outcomes = { accepted: 0, refused: 0, claimed: 0 };
    const write = async (index: number): Promise<void> => {
      // A lane ends with its first refusal.
      const lane = writer.lane(stale);
      const batch = lane.batch();
      batch.add(keys, { type: 'stale', id: String(index), text: () => 'stale' });
      lane.commit(batch);
      await lane.settled().then(
        () => (outcomes.accepted += 1),
        () => (outcomes.refused += 1),
      );
      const claim = { accountId: account.id, epoch: stale.epoch, count: 1, blockedChats: [] };
      outcomes.claimed += (await claimNext(database, claim)).length;
    };
    for (let begun = 0; begun < writes; begun += writesAtOnce) {
      await Promise.all(Array.from({ length: writesAtOnce }, (_, index) => write(begun + index)));
    }
    stage.promise('stale writes', outcomes, { accepted: 0, refused: writes, claimed: 0 });
    const rows = await database.rows(`SELECT id FROM channel_keys WHERE type = 'stale'`);
    stage.promise('rows of stale writes', rows.length, 0);
    stage.count('writes', writes);

    const lane = writer.lane(present);
    const batch = lane.batch();
    batch.add(keys, { type: 'present', id: '1', text: () => 'present' });
    lane.commit(batch);
    await lane.settled();
    const claim = { accountId: account.id, epoch: present.epoch, count: 1, blockedChats: [] };
    stage.promise('claims of the owner', (await claimNext(database, claim)).length, 1);
  },
};
