import type { Message } from '../../../src/features/messages/messages.ts';
import { Empty } from '../../partials/empty.tsx';
import { live } from '../../partials/live.ts';
import { MessageTick } from '../../partials/message-status.tsx';
import { Time } from '../../partials/time.tsx';
import { Avatar, chatPath, NameAndNumber, type Named, type NamedChat } from './chat-names.tsx';
import { summaryOf } from './summary.ts';

export interface ChatEntry extends NamedChat {
  latest: Message;
  /** Who wrote it, in a group. */
  sender: Named | null;
}

export interface ChatListModel {
  accountId: string;
  /** The one with the newest message first. */
  entries: readonly ChatEntry[];
  /** The chat that stands beside the list. */
  open: string | undefined;
  /** The cursor of the page that is shown; undefined on the first. */
  before: string | undefined;
  /** The cursor of what follows; null at the end. */
  older: string | null;
}

export const chatListId = 'chat-list';

/** Who has written, newest first; keeps itself up to date. */
export function ChatList({ model }: { model: ChatListModel }) {
  const { accountId, entries, open, before, older } = model;
  const query = new URLSearchParams({ ...(open !== undefined && { open }), ...(before !== undefined && { before }) });
  const url = `/ui/accounts/${accountId}/chats${query.size === 0 ? '' : `?${query.toString()}`}`;
  return (
    <nav
      class="chat-list"
      aria-label="Chats"
      // Entries must not move while somebody is about to choose one.
      data-steady=""
      {...live({ id: chatListId, url, topics: [`messages:${accountId}`, `names:${accountId}`] })}
    >
      {entries.length === 0 ? (
        <Empty icon="messages-square" title={before === undefined ? 'No chats yet' : 'Nothing older'}>
          {before === undefined
            ? 'Whoever writes to this number appears here, and whomever you write to.'
            : 'These were all chats of this account.'}
        </Empty>
      ) : (
        <ul class="chat-entries">
          {entries.map((entry) => (
            <Entry key={entry.jid} entry={entry} accountId={accountId} isOpen={entry.jid === open} />
          ))}
        </ul>
      )}
      {(before !== undefined || older !== null) && (
        <p class="pager chat-pager">
          {before === undefined ? <span /> : <a href={`/accounts/${accountId}/chats`}>Newest chats</a>}
          {older !== null && <a href={`/accounts/${accountId}/chats?before=${older}`}>Older chats</a>}
        </p>
      )}
    </nav>
  );
}

function Entry({ entry, accountId, isOpen }: { entry: ChatEntry; accountId: string; isOpen: boolean }) {
  const { jid, unread, latest, sender } = entry;
  const isOutgoing = latest.direction === 'outgoing';
  return (
    <li id={`chat-${jid.replaceAll(/\W/g, '-')}`}>
      <a href={chatPath(accountId, jid)} aria-current={isOpen ? 'page' : undefined}>
        <Avatar chat={entry} />
        <span class="chat-entry-head">
          <span class="chat-entry-name" dir="auto">
            <NameAndNumber named={entry} />
          </span>
          <Time at={new Date(latest.createdAt)} />
        </span>
        <span class="chat-entry-last">
          <span class="chat-entry-text" dir="auto">
            {isOutgoing && <MessageTick status={latest.status} />}
            {sender !== null && (
              <>
                <bdi>{sender.name}</bdi>
                {': '}
              </>
            )}
            {summaryOf(latest, 70)}
          </span>
          {unread > 0 && (
            <span class="unread">
              {unread > 99 ? '99+' : unread}
              <span class="visually-hidden"> new</span>
            </span>
          )}
        </span>
      </a>
    </li>
  );
}
