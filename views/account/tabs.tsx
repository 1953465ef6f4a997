const tabs = [
  { tab: 'overview', path: '', word: 'Overview' },
  { tab: 'chats', path: '/chats', word: 'Chats' },
  { tab: 'settings', path: '/settings', word: 'Settings' },
  { tab: 'webhooks', path: '/webhooks', word: 'Webhooks' },
] as const;

/** The pages of one account. */
export function AccountTabs({ accountId, tab }: { accountId: string; tab: (typeof tabs)[number]['tab'] }) {
  return (
    <nav class="tabs" aria-label="Account">
      {tabs.map((each) => (
        <a
          key={each.tab}
          href={`/accounts/${accountId}${each.path}`}
          aria-current={each.tab === tab ? 'page' : undefined}
        >
          {each.word}
        </a>
      ))}
    </nav>
  );
}
