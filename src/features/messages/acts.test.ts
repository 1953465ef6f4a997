import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { type ActRow, forgetOldActs } from './acts.store.ts';
import { createActs } from './acts.ts';
import { type IncomingRow, incomingKind, mappingKind } from './inbox.store.ts';
import { createMediaLinks } from './media-links.ts';
import { type Message, messageOf } from './message.ts';
import { findByRemoteId } from './messages.store.ts';

const chat = '491701234567@s.whatsapp.net';
const lid = '12345@lid';
const group = '120363012345678901@g.us';
const [ada, grace] = ['4911111111@s.whatsapp.net', '4922222222@s.whatsapp.net'];
const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
const events = createEventBus(clock);
// A vote says in plain words what was chosen, or cannot be read.
const openVote = (vote: Uint8Array): string[] | undefined => {
  const text = Buffer.from(vote).toString();
  return text === 'closed' ? undefined : text.split(',').filter((option) => option !== '');
};
const acts = createActs({ events, secrets, openVote });
const links = createMediaLinks({ key: secrets.derive('links', 32), publicUrl: 'http://localhost', clock });
const arrivals = incomingKind(events, links, acts);
const mappings = mappingKind(acts);

let database: TestDatabase;
let accountId: string;
let accounts = 0;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  accounts += 1;
  accountId = `acc_${accounts}`;
  await database.execute(
    `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'sandbox', 'ready', '')`,
    [accountId],
  );
});

let messages = 0;
function arrival(different: Partial<IncomingRow> = {}): IncomingRow {
  messages += 1;
  return {
    id: `msg_${messages}`,
    remoteId: 'M1',
    chatJid: chat,
    chatType: 'personal',
    address: chat,
    fromJid: chat,
    fromPhone: '+491701234567',
    fromLid: null,
    fromName: null,
    fromMe: false,
    type: 'text',
    text: 'hello',
    content: null,
    mentions: [],
    original: null,
    replyTo: null,
    sentAt: new Date('2026-01-01T00:00:00Z'),
    ...different,
  };
}

type Given = Omit<ActRow, 'accountId'>;
function act(kind: Given['kind'], seconds: number, different: Partial<Given> = {}): Given {
  return {
    targetId: 'M1',
    kind,
    chatJid: chat,
    fromMe: false,
    fromJid: chat,
    fromPhone: '+491701234567',
    fromLid: null,
    fromName: null,
    asAdmin: false,
    text: kind === 'reaction' || kind === 'edit' ? String(seconds) : null,
    vote: kind === 'vote' ? Buffer.from('') : null,
    at: new Date(1_767_225_600_000 + seconds * 1_000),
    turn: seconds * 1_000_000,
    ...different,
  };
}

const arrives = (...rows: IncomingRow[]) =>
  database.transaction((tx) =>
    arrivals.apply(
      tx,
      rows.map((row) => ({ owner: accountId, row })),
    ),
  );
const happen = (...rows: Given[]) =>
  database.transaction((tx) =>
    acts.kind.apply(
      tx,
      rows.map((row) => ({ owner: accountId, row })),
    ),
  );
const learn = (phone: string) =>
  database.transaction((tx) => mappings.apply(tx, [{ owner: accountId, row: { lid, phone } }]));

async function stored(remoteId = 'M1'): Promise<Message> {
  const row = await findByRemoteId(database, accountId, remoteId);
  if (!row) throw new Error('There is no such message');
  return messageOf(row);
}
async function emojis(): Promise<string[]> {
  return (await stored()).reactions.map(({ emoji }) => emoji);
}
interface Told {
  name: string;
  data: Message & Record<string, unknown>;
}
function told(): Promise<Told[]> {
  return database.rows<Told>('SELECT names[1] AS name, data FROM events WHERE account_id = $1 ORDER BY sequence', [
    accountId,
  ]);
}
const namesTold = async () => (await told()).map(({ name }) => name);

describe('the newest of each person counts', () => {
  test.each([
    ['in order', [act('reaction', 1), act('reaction', 2)]],
    ['the wrong way round', [act('reaction', 2), act('reaction', 1)]],
    ['again and again', [act('reaction', 1), act('reaction', 2), act('reaction', 1), act('reaction', 2)]],
    ['in the same second', [act('reaction', 1, { text: '2', turn: 5 }), act('reaction', 1, { text: '1', turn: 4 })]],
  ])('%s', async (_name, given) => {
    await arrives(arrival());
    for (const each of given) await happen(each);
    expect(await emojis()).toEqual(['2']);
    const last = (await told()).at(-1)?.data;
    expect(last?.reactions).toMatchObject([{ emoji: '2' }]);
  });

  test('together in one commit, which tells of it once', async () => {
    await arrives(arrival());
    await happen(act('reaction', 2), act('reaction', 3), act('reaction', 1));
    expect(await emojis()).toEqual(['3']);
    expect((await namesTold()).slice(1)).toEqual(['messages.reaction']);
  });

  test('beside those of others, in the order of their times', async () => {
    await arrives(arrival({ chatJid: group, chatType: 'group', fromJid: ada }));
    const inGroup = { chatJid: group };
    await happen(
      act('reaction', 2, { ...inGroup, fromJid: grace, text: '❤️' }),
      act('reaction', 1, { ...inGroup, fromJid: ada, text: '👍' }),
    );
    expect(await emojis()).toEqual(['👍', '❤️']);
    await happen(act('reaction', 3, { ...inGroup, fromJid: ada, text: '' }));
    expect(await emojis()).toEqual(['❤️']);
    // What shows already is not told again.
    expect((await namesTold()).slice(1)).toEqual(Array.from({ length: 3 }, () => 'messages.reaction'));
  });

  test('whatever comes in whatever order and however often, the end is the same', async () => {
    const all = [
      act('reaction', 1),
      act('reaction', 4, { text: '' }),
      act('reaction', 6),
      act('edit', 2),
      act('edit', 5),
      act('reaction', 3, { fromMe: true, fromJid: 'me' }),
    ];
    for (let round = 0; round < 20; round += 1) {
      const remoteId = `R${round}`;
      const steps = [...all, ...all].map((each) => () => happen({ ...each, targetId: remoteId }));
      steps.push(() => arrives(arrival({ remoteId })));
      for (const step of shuffled(steps)) await step();
      const { text, reactions } = await stored(remoteId);
      expect([text, reactions.map(({ emoji }) => emoji)]).toEqual(['5', ['3', '6']]);
    }
  });
});

/** Each order is another one, and the same in every run. */
let seed = 1;
function shuffled<T>(given: readonly T[]): T[] {
  const next = () => (seed = (seed * 48_271) % 2_147_483_647);
  return given
    .map((each) => ({ each, rank: next() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ each }) => each);
}

describe('what is done to a message before it is here', () => {
  test('is kept, shows once it is, and is told after it', async () => {
    await happen(act('edit', 1, { text: 'new' }), act('reaction', 2, { fromMe: true, fromJid: 'me', text: '👍' }));
    expect(await namesTold()).toEqual([]);
    await arrives(arrival());
    expect(await stored()).toMatchObject({ text: 'new', reactions: [{ emoji: '👍' }] });
    expect((await namesTold()).toSorted()).toEqual([
      'messages-personal.received',
      'messages.reaction',
      'messages.update',
    ]);
    expect((await told())[0]).toMatchObject({ name: 'messages-personal.received', data: { text: 'new', body: 'new' } });
    await arrives(arrival());
    expect(await namesTold()).toHaveLength(3);
  });

  test('a deletion leaves nothing of what it said', async () => {
    await happen(act('deletion', 1));
    await arrives(arrival({ text: 'secret', mentions: [ada] }));
    expect(await stored()).toMatchObject({ text: null, mentions: [], deletedAt: '2026-01-01T00:00:01.000Z' });
    expect(JSON.stringify(await told())).not.toContain('secret');
  });

  test('in a chat under its LID, once its phone is known', async () => {
    await happen(act('reaction', 1, { chatJid: lid, fromJid: lid, fromPhone: null, fromLid: lid, text: '👍' }));
    await arrives(arrival());
    expect(await emojis()).toEqual([]);
    await learn('+491701234567');
    expect((await stored()).reactions).toMatchObject([
      { emoji: '👍', from: { jid: chat, phone: '+491701234567', lid } },
    ]);
    await happen(act('reaction', 2, { chatJid: lid, fromJid: lid, fromPhone: null, fromLid: lid, text: '❤️' }));
    expect(await emojis()).toEqual(['❤️']);
  });
});

describe('nobody changes what others wrote', () => {
  const inGroup = { chatJid: group, chatType: 'group', fromJid: ada, fromLid: lid };

  test.each([
    ['edit', { fromJid: grace }],
    ['deletion', { fromJid: grace }],
    ['edit', { fromJid: grace, asAdmin: true }],
    ['deletion', { fromMe: true, fromJid: ada }],
  ] as const)('an %s by %j', async (kind, by) => {
    await arrives(arrival(inGroup));
    await happen(act(kind, 1, { chatJid: group, ...by }));
    expect(await stored()).toMatchObject({ text: 'hello', editedAt: null, deletedAt: null });
    expect(await namesTold()).toHaveLength(1);
  });

  test('but who wrote it may, under the other address too, and an admin may delete', async () => {
    await arrives(arrival(inGroup));
    await happen(act('edit', 1, { chatJid: group, fromJid: lid, fromPhone: null, fromLid: lid, text: 'new' }));
    expect((await stored()).text).toBe('new');
    await happen(act('deletion', 2, { chatJid: group, fromJid: grace, asAdmin: true }));
    expect((await stored()).deletedAt).not.toBeNull();
  });

  test('nor does it reach a message of the same id in another chat', async () => {
    await arrives(arrival());
    await happen(act('reaction', 1, { chatJid: group }));
    expect(await emojis()).toEqual([]);
  });

  test('and a deleted message takes nothing more', async () => {
    await arrives(arrival());
    await happen(act('deletion', 1));
    await happen(act('edit', 2), act('reaction', 3));
    expect(await stored()).toMatchObject({ text: null, reactions: [] });
    expect(await namesTold()).toEqual(['messages-personal.received', 'messages.delete']);
  });
});

describe('votes', () => {
  const poll = { type: 'poll', text: null, content: { question: 'When?', options: ['now', 'later'], maxAnswers: 0 } };
  const vote = (seconds: number, chosen: string, different: Partial<Given> = {}) =>
    act('vote', seconds, { vote: Buffer.from(chosen), ...different });
  const results = async () =>
    Object.fromEntries(((await stored()).poll?.results ?? []).map(({ option, count }) => [option, count]));

  test('the last of each person counts', async () => {
    await arrives(arrival(poll));
    await happen(vote(1, 'now'), vote(1, 'now,later', { fromMe: true, fromJid: 'me' }));
    expect(await results()).toEqual({ now: 2, later: 1 });
    await happen(vote(3, 'later'));
    await happen(vote(2, 'now'));
    expect(await results()).toEqual({ now: 1, later: 2 });
    await happen(vote(4, ''));
    expect(await results()).toEqual({ now: 1, later: 1 });
  });

  test('one that comes before its poll is opened with it', async () => {
    await happen(vote(1, 'later'));
    await arrives(arrival(poll));
    expect(await results()).toEqual({ now: 0, later: 1 });
    expect(await namesTold()).toEqual(['messages-personal.received', 'poll.results']);
  });

  test('one that nobody can open, or in what is no poll, counts nothing', async () => {
    await arrives(arrival(poll), arrival({ remoteId: 'M2' }));
    await happen(vote(1, 'closed'), vote(1, 'now', { targetId: 'M2' }));
    expect(await results()).toEqual({ now: 0, later: 0 });
    expect(await namesTold()).toHaveLength(2);
  });
});

test('an account’s acts go with it', async () => {
  await happen(act('reaction', 1));
  await database.execute('DELETE FROM whatsapp_accounts WHERE id = $1', [accountId]);
  expect(await database.rows('SELECT 1 FROM message_acts WHERE account_id = $1', [accountId])).toEqual([]);
});

test('what waits for a message for a month is dropped, and what shows is not', async () => {
  await arrives(arrival());
  await happen(act('reaction', 1), act('reaction', 1, { targetId: 'never' }), act('reaction', 1, { targetId: 'soon' }));
  await database.execute(
    `UPDATE message_acts SET created_at = now() - interval '31 days' WHERE account_id = $1 AND target_id <> 'soon'`,
    [accountId],
  );
  expect(await forgetOldActs(database, 100)).toBe(1);
  const left = await database.rows<{ target: string }>(
    'SELECT target_id AS target FROM message_acts WHERE account_id = $1 ORDER BY 1',
    [accountId],
  );
  expect(left.map(({ target }) => target)).toEqual(['M1', 'soon']);
});
