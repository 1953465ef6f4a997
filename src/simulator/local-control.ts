import { parseNumber, type Addressing } from './addresses.ts';
import type { Control, VirtualGroup, VirtualNewsletter, VirtualPhone } from './control.ts';
import type { Group } from './groups.ts';
import type { Newsletter } from './newsletters.ts';
import { clearFaults, commitFault } from './immediate-faults.ts';
import { flood } from './load.ts';
import type { PhoneParts } from './phone-parts.ts';
import { createVirtualPhone } from './virtual-phone.ts';

const firstNumber = 9_990_000_000_001;

/** Control in the network's own process. */
export function createLocalControl(parts: PhoneParts): Control {
  const { network, logins, groupChanges } = parts;
  const { addresses, directory, groups, newsletters, state } = network;
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
  const jids = (numbers: readonly string[]): string[] => numbers.map((number) => addresses.jid(number, 'phone'));
  function view({ jid, subject, description, participants, admins, announce }: Group): VirtualGroup {
    return {
      jid,
      subject,
      description: description?.text ?? '',
      participants: jids(participants),
      admins: jids(admins),
      announce,
    };
  }
  function channel({ jid, name, owner, followers, posts }: Newsletter): VirtualNewsletter {
    return {
      jid,
      name,
      owner: addresses.jid(owner, 'phone'),
      followers: jids(followers),
      posts: posts.map(({ serverId, id, reactions }) => ({ serverId, id, reactions: Object.values(reactions) })),
    };
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
      const numbers = participants.map((participant) => addresses.numberOf(participant));
      for (const number of numbers) network.phone(number);
      const group = groups.create(subject, numbers, addressing);
      groupChanges.announce(group);
      await state.durable();
      return view(group);
    },
    group(jid) {
      const group = groups.get(jid);
      return group && view(group);
    },
    async createNewsletter(name, owner) {
      const { number } = phone(owner);
      const newsletter = newsletters.create(name, number);
      await state.durable();
      return channel(newsletter);
    },
    newsletter(jid) {
      const newsletter = newsletters.get(jid);
      return newsletter && channel(newsletter);
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
