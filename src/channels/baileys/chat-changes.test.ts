import { makeEventBuffer, processSyncAction, proto, type WASocket } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import type { ChatChange } from '../channel.ts';
import { watchChatChanges } from './chat-changes.ts';
import { createBaileysLogger } from './logger-adapter.ts';

const id = '9990000000101@s.whatsapp.net';
const chat = { jid: id, type: 'personal' };
const me = { id: '9990000000001@s.whatsapp.net' };

function watched() {
  const ev = makeEventBuffer(createBaileysLogger(createRecordingLog()));
  const told: ChatChange[] = [];
  const passedOn: string[] = [];
  ev.on('chats.delete', (ids) => passedOn.push(...ids));
  watchChatChanges({ ev } as WASocket, (change) => told.push(change));
  const sync = (word: string, action: proto.ISyncActionValue, initial = false, of = id): void => {
    const syncAction = { index: Buffer.from(word), value: proto.SyncActionValue.create(action) };
    processSyncAction(
      { syncAction, index: [word, of] },
      ev,
      me,
      initial ? { accountSettings: { unarchiveChats: false } } : undefined,
    );
  };
  return { ev, told, passedOn, sync };
}

test('what the owner does to a chat is told in the words of the contract', () => {
  const { told, sync } = watched();
  sync('archive', { archiveChatAction: { archived: true } });
  sync('archive', { archiveChatAction: { archived: false } });
  sync('pin_v1', { pinAction: { pinned: true }, timestamp: 1_800_000_000_000 });
  sync('pin_v1', { pinAction: { pinned: false }, timestamp: 1_800_000_000_000 });
  sync('mute', { muteAction: { muted: true, muteEndTimestamp: 1_893_456_000_000 } });
  sync('mute', { muteAction: { muted: true, muteEndTimestamp: -1 } });
  sync('mute', { muteAction: { muted: false } });
  sync('markChatAsRead', { markChatAsReadAction: { read: false } });
  sync('markChatAsRead', { markChatAsReadAction: { read: true } });
  sync('deleteChat', { deleteChatAction: {} });
  const until = new Date('2030-01-01T00:00:00Z');
  expect(told).toEqual([
    { chat, kind: 'settings', settings: { archived: true } },
    { chat, kind: 'settings', settings: { archived: false } },
    { chat, kind: 'settings', settings: { pinned: true } },
    { chat, kind: 'settings', settings: { pinned: false } },
    { chat, kind: 'settings', settings: { muted: true, mutedUntil: until } },
    { chat, kind: 'settings', settings: { muted: true, mutedUntil: null } },
    { chat, kind: 'settings', settings: { muted: false, mutedUntil: null } },
    { chat, kind: 'settings', settings: { markedUnread: true } },
    { chat, kind: 'settings', settings: { markedUnread: false } },
    { chat, kind: 'deleted' },
  ]);
});

test('a deletion is told although a message in the same buffer follows it, and what messages say of chats is not', () => {
  const { ev, told, passedOn, sync } = watched();
  ev.buffer();
  sync('deleteChat', { deleteChatAction: {} });
  ev.emit('chats.update', [{ id, conversationTimestamp: 1_800_000_000, unreadCount: 1, archived: false }]);
  ev.flush();
  expect(told).toEqual([{ chat, kind: 'deleted' }]);
  expect(passedOn).toEqual([]);
});

test('what held when the device was linked is no news, and does not hold back what changes later', () => {
  const { ev, told, sync } = watched();
  ev.buffer();
  sync('archive', { archiveChatAction: { archived: true } }, true);
  sync('mute', { muteAction: { muted: true, muteEndTimestamp: -1 } }, true);
  sync('deleteChat', { deleteChatAction: {} }, true);
  ev.flush();
  ev.buffer();
  sync('archive', { archiveChatAction: { archived: false } });
  ev.flush();
  expect(told).toEqual([{ chat, kind: 'settings', settings: { archived: false } }]);
});

test('groups and hidden addresses are chats, and the status is none', () => {
  const { told, sync } = watched();
  for (const of of ['1@g.us', '1@lid', 'status@broadcast']) sync('deleteChat', { deleteChatAction: {} }, false, of);
  expect(told.map((change) => change.chat)).toEqual([
    { jid: '1@g.us', type: 'group' },
    { jid: '1@lid', type: 'personal' },
  ]);
});
