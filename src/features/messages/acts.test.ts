import { describe, expect, test } from 'vitest';
import { act, arrival, chat, type GivenAct, lid, useActsRig } from '../../../test/doubles/acts-rig.ts';
import { forgetOldActs } from './acts.store.ts';

const group = '120363012345678901@g.us';
const [ada, grace] = ['4911111111@s.whatsapp.net', '4922222222@s.whatsapp.net'];
const rig = useActsRig();

describe('the newest of each person counts', () => {
  test.each([
    ['in order', [act('reaction', 1), act('reaction', 2)]],
    ['the wrong way round', [act('reaction', 2), act('reaction', 1)]],
    ['again and again', [act('reaction', 1), act('reaction', 2), act('reaction', 1), act('reaction', 2)]],
    ['in the same second', [act('reaction', 1, { text: '2', turn: 5 }), act('reaction', 1, { text: '1', turn: 4 })]],
  ])('%s', async (_name, given) => {
    await rig.arrives(arrival());
    for (const each of given) await rig.happen(each);
    expect(await rig.emojis()).toEqual(['2']);
    const last = (await rig.told()).at(-1)?.data;
    expect(last?.reactions).toMatchObject([{ emoji: '2' }]);
  });

  test('together in one commit, which tells of it once', async () => {
    await rig.arrives(arrival());
    await rig.happen(act('reaction', 2), act('reaction', 3), act('reaction', 1));
    expect(await rig.emojis()).toEqual(['3']);
    expect((await rig.namesTold()).slice(1)).toEqual(['messages.reaction']);
  });

  test('beside those of others, in the order of their times', async () => {
    await rig.arrives(arrival({ chatJid: group, chatType: 'group', fromJid: ada }));
    const inGroup = { chatJid: group };
    await rig.happen(
      act('reaction', 2, { ...inGroup, fromJid: grace, text: '❤️' }),
      act('reaction', 1, { ...inGroup, fromJid: ada, text: '👍' }),
    );
    expect(await rig.emojis()).toEqual(['👍', '❤️']);
    await rig.happen(act('reaction', 3, { ...inGroup, fromJid: ada, text: '' }));
    expect(await rig.emojis()).toEqual(['❤️']);
    // What shows already is not told again.
    expect((await rig.namesTold()).slice(1)).toEqual(Array.from({ length: 3 }, () => 'messages.reaction'));
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
      const steps = [...all, ...all].map((each) => () => rig.happen({ ...each, targetId: remoteId }));
      steps.push(() => rig.arrives(arrival({ remoteId })));
      for (const step of shuffled(steps)) await step();
      const { text, reactions } = await rig.stored(remoteId);
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
    await rig.happen(act('edit', 1, { text: 'new' }), act('reaction', 2, { fromMe: true, fromJid: 'me', text: '👍' }));
    expect(await rig.namesTold()).toEqual([]);
    await rig.arrives(arrival());
    expect(await rig.stored()).toMatchObject({ text: 'new', reactions: [{ emoji: '👍' }] });
    expect((await rig.namesTold()).toSorted()).toEqual([
      'messages-personal.received',
      'messages.reaction',
      'messages.update',
    ]);
    expect((await rig.told())[0]).toMatchObject({
      name: 'messages-personal.received',
      data: { text: 'new', body: 'new' },
    });
    await rig.arrives(arrival());
    expect(await rig.namesTold()).toHaveLength(3);
  });

  test('a deletion leaves nothing of what it said', async () => {
    await rig.happen(act('deletion', 1));
    await rig.arrives(arrival({ text: 'secret', mentions: [ada] }));
    expect(await rig.stored()).toMatchObject({ text: null, mentions: [], deletedAt: '2026-01-01T00:00:01.000Z' });
    expect(JSON.stringify(await rig.told())).not.toContain('secret');
  });

  test('in a chat under its LID, once its phone is known', async () => {
    await rig.happen(act('reaction', 1, { chatJid: lid, fromJid: lid, fromPhone: null, fromLid: lid, text: '👍' }));
    await rig.arrives(arrival());
    expect(await rig.emojis()).toEqual([]);
    await rig.learn('+491701234567');
    expect((await rig.stored()).reactions).toMatchObject([
      { emoji: '👍', from: { jid: chat, phone: '+491701234567', lid } },
    ]);
    await rig.happen(act('reaction', 2, { chatJid: lid, fromJid: lid, fromPhone: null, fromLid: lid, text: '❤️' }));
    expect(await rig.emojis()).toEqual(['❤️']);
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
    await rig.arrives(arrival(inGroup));
    await rig.happen(act(kind, 1, { chatJid: group, ...by }));
    expect(await rig.stored()).toMatchObject({ text: 'hello', editedAt: null, deletedAt: null });
    expect(await rig.namesTold()).toHaveLength(1);
  });

  test('but who wrote it may, under the other address too, and an admin may delete', async () => {
    await rig.arrives(arrival(inGroup));
    await rig.happen(act('edit', 1, { chatJid: group, fromJid: lid, fromPhone: null, fromLid: lid, text: 'new' }));
    expect((await rig.stored()).text).toBe('new');
    await rig.happen(act('deletion', 2, { chatJid: group, fromJid: grace, asAdmin: true }));
    expect((await rig.stored()).deletedAt).not.toBeNull();
  });

  test('nor does it reach a message of the same id in another chat', async () => {
    await rig.arrives(arrival());
    await rig.happen(act('reaction', 1, { chatJid: group }));
    expect(await rig.emojis()).toEqual([]);
  });

  test('and a deleted message takes nothing more', async () => {
    await rig.arrives(arrival());
    await rig.happen(act('deletion', 1));
    await rig.happen(act('edit', 2), act('reaction', 3));
    expect(await rig.stored()).toMatchObject({ text: null, reactions: [] });
    expect(await rig.namesTold()).toEqual(['messages-personal.received', 'messages.delete']);
  });
});

describe('votes', () => {
  const poll = { type: 'poll', text: null, content: { question: 'When?', options: ['now', 'later'], maxAnswers: 0 } };
  const vote = (seconds: number, chosen: string, different: Partial<GivenAct> = {}) =>
    act('vote', seconds, { encrypted: Buffer.from(chosen), ...different });
  const results = async () =>
    Object.fromEntries(((await rig.stored()).poll?.results ?? []).map(({ option, count }) => [option, count]));

  test('the last of each person counts', async () => {
    await rig.arrives(arrival(poll));
    await rig.happen(vote(1, 'now'), vote(1, 'now,later', { fromMe: true, fromJid: 'me' }));
    expect(await results()).toEqual({ now: 2, later: 1 });
    await rig.happen(vote(3, 'later'));
    await rig.happen(vote(2, 'now'));
    expect(await results()).toEqual({ now: 1, later: 2 });
    await rig.happen(vote(4, ''));
    expect(await results()).toEqual({ now: 1, later: 1 });
  });

  test('one that comes before its poll is opened with it', async () => {
    await rig.happen(vote(1, 'later'));
    await rig.arrives(arrival(poll));
    expect(await results()).toEqual({ now: 0, later: 1 });
    expect(await rig.namesTold()).toEqual(['messages-personal.received', 'poll.results']);
  });

  test('one that nobody can open, or in what is no poll, counts nothing', async () => {
    await rig.arrives(arrival(poll), arrival({ remoteId: 'M2' }));
    await rig.happen(vote(1, 'closed'), vote(1, 'now', { targetId: 'M2' }));
    expect(await results()).toEqual({ now: 0, later: 0 });
    expect(await rig.namesTold()).toHaveLength(2);
  });
});

describe('what came encrypted', () => {
  const sealed = (kind: 'reaction' | 'edit', seconds: number, said: string, different: Partial<GivenAct> = {}) =>
    act(kind, seconds, { text: null, encrypted: Buffer.from(said), ...different });

  test('is opened with its message, before it or after, and counts like what did not', async () => {
    await rig.happen(sealed('edit', 1, 'new'));
    await rig.arrives(arrival());
    expect(await rig.stored()).toMatchObject({ text: 'new' });
    await rig.happen(sealed('edit', 2, 'newer'), sealed('reaction', 2, '👍'));
    expect(await rig.stored()).toMatchObject({ text: 'newer', reactions: [{ emoji: '👍' }] });
    await rig.happen(act('edit', 3, { text: 'plain' }), sealed('reaction', 3, ''));
    expect(await rig.stored()).toMatchObject({ text: 'plain', reactions: [] });
    await rig.happen(sealed('edit', 2, 'late'));
    expect((await rig.stored()).text).toBe('plain');
    const told = (await rig.namesTold()).toSorted();
    expect(told.filter((name) => name === 'messages.update')).toHaveLength(3);
    expect(told.filter((name) => name === 'messages.reaction')).toHaveLength(2);
  });

  test('changes nothing when nobody can open it, or it is of somebody else', async () => {
    await rig.arrives(arrival({ chatJid: group, chatType: 'group', fromJid: ada }));
    await rig.happen(
      sealed('edit', 1, 'closed', { chatJid: group, fromJid: ada }),
      sealed('reaction', 1, 'closed', { chatJid: group, fromJid: ada }),
      sealed('edit', 1, 'new', { chatJid: group, fromJid: grace }),
    );
    expect(await rig.stored()).toMatchObject({ text: 'hello', reactions: [], editedAt: null });
    expect(await rig.namesTold()).toHaveLength(1);
  });
});

test('an account’s acts go with it', async () => {
  await rig.happen(act('reaction', 1));
  await rig.database.execute('DELETE FROM whatsapp_accounts WHERE id = $1', [rig.accountId]);
  expect(await rig.database.rows('SELECT 1 FROM message_acts WHERE account_id = $1', [rig.accountId])).toEqual([]);
});

test('what waits for a message for a month is dropped, and what shows is not', async () => {
  await rig.arrives(arrival());
  await rig.happen(
    act('reaction', 1),
    act('reaction', 1, { targetId: 'never' }),
    act('reaction', 1, { targetId: 'soon' }),
  );
  await rig.database.execute(
    `UPDATE message_acts SET created_at = now() - interval '31 days' WHERE account_id = $1 AND target_id <> 'soon'`,
    [rig.accountId],
  );
  expect(await forgetOldActs(rig.database, 100)).toBe(1);
  const left = await rig.database.rows<{ target: string }>(
    'SELECT target_id AS target FROM message_acts WHERE account_id = $1 ORDER BY 1',
    [rig.accountId],
  );
  expect(left.map(({ target }) => target)).toEqual(['M1', 'soon']);
});
