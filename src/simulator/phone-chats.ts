import type { proto, WAPatchName } from '@whiskeysockets/baileys';
import type { ChatChange } from './chat-change.ts';
import type { VirtualPhone } from './control.ts';
import type { Network, Phone } from './network.ts';
import { isNewsletterJid } from './newsletters.ts';
import { shareSetting } from './shared-settings.ts';

interface Setting {
  readonly collection: WAPatchName;
  /** The first word of the index; the chat follows. */
  readonly word: string;
  /** What follows the chat. */
  readonly more: readonly string[];
  readonly version: number;
  readonly action: proto.ISyncActionValue;
}

const forGood = -1;

/** As `chatModificationToAppPatch` in Baileys' `Utils/chat-utils.js` writes them; the end of a mute as whatsmeow's `appstate/encode.go`. */
function settingOf(change: ChatChange): Setting {
  switch (change.kind) {
    case 'archive':
      return setting('regular_low', 'archive', 3, { archiveChatAction: { archived: change.enabled } });
    case 'pin':
      return setting('regular_low', 'pin_v1', 5, { pinAction: { pinned: change.enabled } });
    case 'unread':
      return setting('regular_low', 'markChatAsRead', 3, { markChatAsReadAction: { read: !change.enabled } });
    case 'mute': {
      const muteEndTimestamp = change.until === undefined ? forGood : Date.parse(change.until);
      return setting('regular_high', 'mute', 2, { muteAction: { muted: true, muteEndTimestamp } });
    }
    case 'unmute':
      return setting('regular_high', 'mute', 2, { muteAction: { muted: false } });
    case 'delete':
      // With its files.
      return setting('regular_high', 'deleteChat', 6, { deleteChatAction: {} }, ['1']);
  }
}

function setting(
  collection: WAPatchName,
  word: string,
  version: number,
  action: proto.ISyncActionValue,
  more: readonly string[] = [],
): Setting {
  return { collection, word, more, version, action };
}

/** Chats as a phone lists them. */
export function createPhoneChats(network: Network, phone: () => Phone): Pick<VirtualPhone, 'changeChat'> {
  const { addresses, groups } = network;

  return {
    async changeChat(chat, change) {
      const isRoom = groups.room(chat) !== undefined || isNewsletterJid(chat);
      const jid = isRoom ? chat : addresses.jid(addresses.numberOf(chat), 'phone');
      const { collection, word, more, version, action } = settingOf(change);
      const index = [word, jid, ...more];
      await shareSetting(network, phone(), collection, {
        index,
        action: { timestamp: Date.now(), ...action },
        version,
      });
      if (change.kind === 'delete') phone().chats.forget(jid);
    },
  };
}
