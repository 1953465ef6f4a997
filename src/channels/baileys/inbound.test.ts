import { describe, expect, test } from 'vitest';
import { useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { createRecordingSink } from '../../../test/doubles/recording-sink.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { IncomingMessage } from '../content.ts';

const rig = useBaileysRig();

test('a message that the product cannot take does not take those beside it along', async () => {
  const { sink, ...told } = createRecordingSink();
  const account = await rig.linked();
  await account.channel.stop();
  const customer = rig.newPhone();
  for (const text of ['good', 'bad', 'also good']) await customer.send({ to: account.phone.number, text });
  const again = rig.again(account, {
    sink: {
      ...sink,
      incoming(message, batch) {
        if (message.content.type === 'text' && message.content.text === 'bad') throw new Error('What is this');
        sink.incoming(message, batch);
      },
    },
  });
  await again.channel.start();
  await told.receives('also good');
  await told.receives('good');
  expect(told.messages).toHaveLength(2);
  expect(rig.log.lines.some(({ message }) => message === 'A message could not be translated')).toBe(true);
});

describe('a message that the database refuses', () => {
  const refused: ChangeKind<string> = {
    name: 'refused',
    apply: (tx) => tx.execute('SELECT 1/0').then(() => undefined),
  };

  async function receivesPoison(isPoison: (message: IncomingMessage) => boolean) {
    const { sink, ...told } = createRecordingSink();
    const linked = await rig.linked();
    await linked.channel.stop();
    const account = rig.again(linked, {
      sink: {
        ...sink,
        incoming(message, batch) {
          if (isPoison(message)) batch.add(refused, 'x');
          sink.incoming(message, batch);
        },
      },
    });
    await account.channel.start();
    await told.becomes('online');
    const customer = rig.newPhone();
    for (const text of ['good day', 'poison', 'cure']) await customer.send({ to: account.phone.number, text });
    await told.receives('cure');
    await told.receives('good day');
    return () => told.messages.map(({ content }) => content.type).toSorted();
  }

  test('comes again, is kept as something unknown, and those behind it arrive', async () => {
    const kinds = await receivesPoison(({ content }) => content.type === 'text' && content.text === 'poison');
    // It may come after those behind it.
    await waitFor(() => kinds().length === 3);
    expect(kinds()).toEqual(['text', 'text', 'unsupported']);
  });

  test('in every form is left out in the end', async () => {
    let poison = '';
    const kinds = await receivesPoison(({ remoteId, content }) => {
      if (content.type === 'text' && content.text === 'poison') poison = remoteId;
      return remoteId === poison;
    });
    await waitFor(() => rig.log.lines.some(({ message }) => message.startsWith('A message was left out')));
    expect(kinds()).toEqual(['text', 'text']);
  });
});
