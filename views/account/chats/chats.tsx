import type { Account } from '../../../src/features/accounts/accounts.ts';
import { AccountStrip } from '../strip.tsx';
import { AccountTabs } from '../tabs.tsx';
import { Icon } from '../../partials/icon.tsx';
import { ChatList, type ChatListModel } from './chat-list.tsx';
import { Conversation, type ConversationModel } from './conversation.tsx';

export interface ChatsModel {
  account: Account;
  list: ChatListModel;
  conversation: ConversationModel | undefined;
}

/** The chats of an account, and one of them beside the list; on a phone one of the two. */
export function ChatsView({ model }: { model: ChatsModel }) {
  const { account, list, conversation } = model;
  return (
    <>
      <AccountStrip account={account} isHeading={conversation === undefined} />
      <div class={conversation ? 'chats chats-open' : 'chats'}>
        <AccountTabs accountId={account.id} tab="chats" />
        <div class="card card-flush chats-panes">
          <ChatList model={list} />
          {conversation ? (
            <Conversation model={conversation} />
          ) : (
            <div class="chat-none">
              <Icon name="message-circle" />
              <p>Choose a chat to read it and to answer.</p>
              <p>
                <a href={`/accounts/${account.id}#send-title`}>Write to a new number</a>
              </p>
            </div>
          )}
        </div>
      </div>
    </>
  );
}
