import { beforeEach, describe, expect, test } from 'vitest';
import { patient, shown, textTo, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import type { VirtualPhone } from '../../simulator/control.ts';

const rig = useBaileysRig();

function stanzasOf(remoteId: string): number {
  return rig.control.counters().stanzasById.get(remoteId) ?? 0;
}

describe('sending', () => {
  let customer: VirtualPhone;
  beforeEach(() => (customer = rig.newPhone()));

  test('a message without a confirmation goes again under its id, and the phone shows it once', async () => {
    const { channel, phone } = await rig.linked({ timings: { acknowledgementTimeoutMs: 1_000 } });
    const message = textTo(customer.jid, 'once');
    await rig.control.fault({ kind: 'drop-acks', number: phone.number, times: 1 });
    await expect(channel.send(message, patient)).rejects.toMatchObject({
      code: 'channel.unconfirmed',
      retryable: true,
    });
    await channel.send(message, patient);
    expect(stanzasOf(message.remoteId)).toBe(2);
    expect(shown(customer, 'once')).toBe(1);
  });

  test('three tries of a message without a confirmation restart the socket', async () => {
    const { channel, phone, told } = await rig.linked({ timings: { acknowledgementTimeoutMs: 500 } });
    const message = textTo(customer.jid, 'three times');
    await channel.send(textTo(customer.jid, 'warm'), patient);
    await rig.control.fault({ kind: 'drop-acks', number: phone.number, times: 3 });
    const restarted = told.next('waiting');
    for (const _try of [1, 2, 3]) {
      expect(channel.state.kind).toBe('online');
      await expect(channel.send(message, patient)).rejects.toMatchObject({ code: 'channel.unconfirmed' });
    }
    expect((await restarted).reason).toBe('sends_unconfirmed');
    await told.becomes('online');
    await channel.send(message, patient);
    expect(shown(customer, 'three times')).toBe(1);
  });

  test.each([463, 475, 479, 421])('an error ack with %i is a refusal for good', async (code) => {
    const { channel, phone } = await rig.linked();
    await rig.control.fault({ kind: 'error-ack', number: phone.number, code, times: 1 });
    const sending = channel.send(textTo(customer.jid, 'refused'), patient);
    await expect(sending).rejects.toMatchObject({ code: `whatsapp.refused_${code}`, retryable: false });
  });

  test('a number that is not on WhatsApp is refused before anything is sent', async () => {
    const { channel } = await rig.linked();
    await rig.control.fault({ kind: 'unregistered', number: customer.number, enabled: true });
    const message = textTo(customer.jid, 'to nobody');
    await expect(channel.send(message, patient)).rejects.toMatchObject({
      code: 'recipient.not_on_whatsapp',
      retryable: false,
    });
    expect(stanzasOf(message.remoteId)).toBe(0);
  });

  test('a group of which the number is no member is refused for good', async () => {
    const { channel } = await rig.linked();
    const foreign = await rig.control.createGroup('Strangers', [customer.number]);
    for (const jid of [foreign.jid, '120363999999999999@g.us']) {
      await expect(channel.send(textTo(jid, 'hello'), patient)).rejects.toMatchObject({
        code: 'recipient.not_in_group',
        retryable: false,
      });
    }
  });

  test('a look-up that is never answered ends with the line', async () => {
    const { channel, phone } = await rig.linked();
    await rig.control.fault({ kind: 'unanswered-query', number: phone.number, xmlns: 'usync', enabled: true });
    const sending = channel.send(textTo(customer.jid, 'into the void'), patient);
    const refused = expect(sending).rejects.toMatchObject({ code: 'channel.disconnected', retryable: true });
    await rig.control.fault({ kind: 'stream-error', number: phone.number, code: 503 });
    await refused;
  });

  test('a try that failed before it left does not take the confirmation of the next one', async () => {
    const account = await rig.linked({ timings: { acknowledgementTimeoutMs: 1_000 } });
    const { channel, phone } = account;
    await channel.send(textTo(customer.jid, 'known'), patient);
    const other = rig.newPhone();
    const message = textTo(other.jid, 'second try');
    const caller = new AbortController();
    await rig.control.fault({ kind: 'delay-acks', number: phone.number, minMs: 700, maxMs: 700 });
    const first = expect(channel.send(message, caller.signal)).rejects.toMatchObject({ retryable: true });
    await other.receives('second try');
    caller.abort();
    await first;
    await channel.send(message, patient);
  });

  test('the whole queue of a hundred is confirmed, message by message', async () => {
    const { channel } = await rig.linked();
    const messages = Array.from({ length: 100 }, (_, index) => textTo(customer.jid, `number ${index}`));
    await Promise.all(messages.map((message) => channel.send(message, patient)));
    expect(messages.every(({ remoteId }) => stanzasOf(remoteId) === 1)).toBe(true);
    await customer.receives('number 99');
    expect(rig.control.counters().undecryptable).toBe(0);
  });
});
