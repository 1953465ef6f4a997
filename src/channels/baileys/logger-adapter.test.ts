import { describe, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { patient, textTo, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { createBaileysLogger } from './logger-adapter.ts';

describe('a sentence of Baileys', () => {
  test.each([
    ['opened connection to WA', 'opened connection to WA'],
    [
      'Invalid LID-PN mapping: 12345678@lid, 491701234567@s.whatsapp.net',
      'Invalid LID-PN mapping: …@lid, …@s.whatsapp.net',
    ],
    ['{"tag":"ib","attrs":{}}', ''],
    ['pairs ["491701234567"]', 'pairs '],
    ['JID decoded but user is empty: "hello@lid"', 'JID decoded but user is empty: '],
  ])('%s is shortened to what it says', (sentence, expected) => {
    const log = createRecordingLog();
    createBaileysLogger(log).info({}, sentence);
    expect(log.lines).toEqual([{ level: 'debug', message: 'Baileys', context: { level: 'info', sentence: expected } }]);
  });

  test('passes without what stands beside it, but for the code of an error', () => {
    const log = createRecordingLog();
    const logger = createBaileysLogger(log).child({ class: 'baileys', secret: 'x' });
    const error = Object.assign(new Error('with a secret'), { output: { statusCode: 408 }, data: { secret: 'y' } });
    logger.error({ err: error, node: { secret: 'z' } }, 'failed');
    logger.warn('a sentence alone');
    logger.trace({ secret: 't' }, 'trace');
    logger.debug({ secret: 'd' }, 'debug');
    expect(log.lines.map(({ context }) => context)).toEqual([
      { level: 'error', sentence: 'failed', code: 408 },
      { level: 'warn', sentence: 'a sentence alone', code: undefined },
    ]);
  });
});

describe('the log of a whole conversation', () => {
  const rig = useBaileysRig();

  test('holds no address, text, name or key', async () => {
    const log = createRecordingLog();
    const account = await rig.newlyLinked({ log });
    const customer = rig.newPhone();
    const group = await rig.control.createGroup('A secret group', [account.phone.number, customer.number]);
    await customer.send({ to: account.phone.number, text: 'a secret question', addressing: 'lid' });
    await account.told.receives('a secret question');
    await account.channel.send(textTo(customer.jid, 'a secret answer'), patient);
    await account.channel.send(textTo(group.jid, 'a secret announcement'), patient);
    await rig.control.fault({ kind: 'corrupt-next', number: account.phone.number });
    await customer.send({ to: account.phone.number, text: 'a secret damage' });
    await account.told.receives('a secret damage');
    await account.channel.stop();

    expect(log.lines.length).toBeGreaterThan(10);
    const all = JSON.stringify(log.lines, (_key, value: unknown) =>
      value instanceof Error ? `${value.message} ${value.stack}` : value,
    );
    const lid = customer.lid.split('@')[0] ?? '';
    const hidden = ['secret', customer.number, account.phone.number, lid, group.jid.split('@')[0] ?? '', 'Phone 0'];
    expect(hidden.filter((each) => all.includes(each))).toEqual([]);
    expect(/[A-Za-z0-9+/]{40,}={0,2}/.exec(all)?.[0]).toBeUndefined();
    expect(/<Buffer|"type":"Buffer"/.test(all)).toBe(false);
  });
});
