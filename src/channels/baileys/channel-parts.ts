import type { Channel } from '../channel.ts';
import type { Connection } from './connection.ts';

/** The optional parts of a Baileys channel, each on the line of the moment. `online` throws when there is none. */
export function channelParts(
  line: () => Connection | undefined,
  online: () => Connection,
): Required<Pick<Channel, 'presence' | 'reads' | 'calls' | 'directory' | 'groups' | 'files'>> {
  return {
    presence: {
      show: (chat, activity) => line()?.presence.show(chat, activity),
      setAvailable: (isAvailable) => line()?.presence.setAvailable(isAvailable),
      follow: (person) => line()?.presence.follow(person),
    },
    reads: { read: async (messages) => online().acts.read(messages) },
    files: { renew: async (original) => online().renewFile(original) },
    directory: { lookUp: async (phones) => online().acts.lookUp(phones) },
    groups: {
      list: async () => online().acts.groups.list(),
      get: async (jid) => online().acts.groups.get(jid),
    },
    calls: { reject: async (call) => online().acts.reject(call) },
  };
}
