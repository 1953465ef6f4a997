import type { BinaryNode } from '@whiskeysockets/baileys';
import { isSimulatedNumber, type ResolvedAddress } from './addresses.ts';
import type { DeviceNotices } from './device-notices.ts';
import type { Device } from './directory.ts';
import { devicesOf, type Network } from './network.ts';
import { result, type AnswerQuery } from './query-answer.ts';
import { bytesOf, children, find, stanza, unixSeconds } from './stanza.ts';

/** `xmlns=usync`: who is on the network, with which devices, LID and status. */
export function createUsyncQuery(network: Network, notices: DeviceNotices): AnswerQuery {
  const { addresses, directory, faults } = network;

  function resolve(user: BinaryNode): ResolvedAddress | undefined {
    const jid = user.attrs['jid'];
    if (jid) return addresses.resolve(jid);
    const number = bytesOf(find(user, 'contact'))?.toString().replace(/\D/g, '') ?? '';
    return isSimulatedNumber(number) ? { number, device: 0, addressing: 'phone' } : undefined;
  }

  function deviceList(number: string): BinaryNode {
    const linked = directory.known(number)?.devices;
    const devices = devicesOf(network, number).map(({ device }) => {
      const keyIndex = linked?.get(device)?.keyIndex.toString();
      return stanza('device', { id: device.toString(), 'key-index': keyIndex });
    });
    return stanza('devices', {}, [stanza('device-list', {}, devices), stanza('key-index-list', { ts: unixSeconds() })]);
  }

  function protocol(name: string, who: ResolvedAddress, user: BinaryNode): BinaryNode | undefined {
    if (name === 'contact') return stanza('contact', { type: 'in' }, bytesOf(find(user, 'contact')));
    if (name === 'devices') return deviceList(who.number);
    // A LID next to a LID would be taken for a phone number by Baileys' storeLIDPNMappings.
    if (name === 'lid')
      return who.addressing === 'lid' ? undefined : stanza('lid', { val: addresses.jid(who.number, 'lid') });
    if (name === 'status')
      return stanza('status', { t: unixSeconds() }, Buffer.from('Hey there! I am using WhatsApp.'));
    if (name === 'disappearing_mode') return stanza('disappearing_mode', { duration: '0', t: '0' });
    return undefined;
  }

  function answerFor(device: Device, user: BinaryNode, names: readonly string[]): BinaryNode {
    const who = resolve(user);
    const asked = user.attrs['jid'];
    if (!who || faults.unregistered(who.number)) {
      const number = bytesOf(find(user, 'contact'));
      const jid = asked ?? `${number?.toString().replace(/\D/g, '') ?? ''}@s.whatsapp.net`;
      return stanza('user', { jid }, [stanza('contact', { type: 'out' }, number)]);
    }
    const jid = asked ?? addresses.jid(who.number, 'phone');
    if (names.includes('devices')) notices.watch(who.number, device);
    return stanza(
      'user',
      { jid },
      names.flatMap((name) => protocol(name, who, user) ?? []),
    );
  }

  return (device, query) => {
    const usync = find(query, 'usync');
    const names = children(find(usync, 'query')).map(({ tag }) => tag);
    const users = children(find(usync, 'list')).map((user) => answerFor(device, user, names));
    return result(
      stanza('usync', { sid: usync?.attrs['sid'], index: '0', last: 'true', mode: usync?.attrs['mode'] }, [
        stanza(
          'result',
          {},
          names.map((name) => stanza(name)),
        ),
        stanza('list', {}, users),
      ]),
    );
  };
}
