import { expect, test } from 'vitest';
import { useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { createRecordingSink } from '../../../test/doubles/recording-sink.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import type { ChangeKind } from '../../platform/commit-writer.ts';

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

test('a batch that the database refuses is logged, and the next one is stored', async () => {
  const refused: ChangeKind<string> = {
    name: 'refused',
    apply: (tx) => tx.execute('SELECT 1/0').then(() => undefined),
  };
  const { sink, ...told } = createRecordingSink();
  const linked = await rig.linked();
  await linked.channel.stop();
  const account = rig.again(linked, {
    sink: {
      ...sink,
      incoming(message, batch) {
        if (message.content.type === 'text' && message.content.text === 'poison') batch.add(refused, 'x');
        sink.incoming(message, batch);
      },
    },
  });
  await account.channel.start();
  await told.becomes('online');
  const customer = rig.newPhone();
  const { number } = account.phone;
  // Baileys may swap the first two messages of a person it does not know yet.
  await customer.send({ to: number, text: 'good day' });
  await told.receives('good day');
  await customer.send({ to: number, text: 'poison' });
  await waitFor(() => rig.log.lines.some(({ message }) => message === 'A batch of the account was not stored'));
  await customer.send({ to: number, text: 'cure' });
  await told.receives('cure');
  expect(told.messages.map(({ content }) => content)).not.toContainEqual({ type: 'text', text: 'poison' });
});
