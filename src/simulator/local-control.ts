import { parseNumber, type Addressing } from './addresses.ts';
import type { Control, VirtualGroup, VirtualPhone } from './control.ts';
import type { Group } from './groups.ts';
import { clearFaults, commitFault } from './immediate-faults.ts';
import { flood } from './load.ts';
import { devicesOf } from './network.ts';
import { stanza, unixSeconds } from './stanza.ts';
import { createVirtualPhone, type PhoneParts } from './virtual-phone.ts';

const firstNumber = 9_990_000_000_001;

/** Control in the network's own process. */
export function createLocalControl(parts: PhoneParts): Control {
  const { network, post, logins } = parts;
  const { addresses, directory, groups, state } = network;
  const phones = new Map<string, VirtualPhone>();

  function phone(text: string): VirtualPhone {
    const number = parseNumber(text);
    network.phone(number);
    const known = phones.get(number);
    if (known) return known;
    const created = createVirtualPhone(parts, number);
    phones.set(number, created);
    return created;
  }
  function view(group: Group): VirtualGroup {
    return {
      jid: group.jid,
      subject: group.subject,
      participants: group.participants.map((number) => addresses.jid(number, 'phone')),
    };
  }
  async function announce(group: Group): Promise<void> {
    const creator = addresses.jid(group.participants[0] ?? '', group.addressing);
    const notice = stanza(
      'notification',
      { id: `group-${group.jid}`, type: 'w:gp2', from: group.jid, participant: creator, t: unixSeconds() },
      [stanza('create', { type: 'new', key: group.jid }, [groups.describe(group)])],
    );
    for (const device of group.participants.flatMap((number) => [...devicesOf(network, number)])) {
      if (device.device > 0) await post.deliver(device, notice);
    }
  }

  return {
    phone,
    phones: () => Array.from(directory.phones(), ({ number }) => phone(number)),
    nextFreeNumber() {
      let number = firstNumber;
      while (directory.known(number.toString())) number += 1;
      return number.toString();
    },
    async createGroup(subject, participants, addressing: Addressing = 'phone') {
      const numbers = participants.map(
        (participant) => addresses.resolve(participant)?.number ?? parseNumber(participant),
      );
      for (const number of numbers) network.phone(number);
      const group = groups.create(subject, numbers, addressing);
      await announce(group);
      await state.durable();
      return view(group);
    },
    fault: (fault) => commitFault(network, logins, fault),
    clearFaults: () => clearFaults(network, logins),
    faultsInWait: (text) => network.faults.inWait(parseNumber(text)),
    watch: (listener) => network.changes.watch(listener),
    counters: () => network.tally.counters(),
    logins(number) {
      const all = network.tally.logins();
      return number === undefined ? all : all.filter(({ device }) => addresses.resolve(device)?.number === number);
    },
    stanzaTimes: (ids) => network.tally.stanzaTimes(ids),
    nextStanza: (signal) => network.tally.nextStanza(signal),
    flood: (options) => flood(phone(options.from), phone(options.to), network, options),
  };
}
