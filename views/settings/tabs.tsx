import type { ComponentChildren } from 'preact';

const tabs = [
  { tab: 'general', href: '/settings', word: 'General' },
  { tab: 'keys', href: '/settings/keys', word: 'API keys' },
  { tab: 'audit', href: '/settings/audit', word: 'Audit log' },
] as const;

/** What stands on every page of the settings. */
export function SettingsPage({ tab, children }: { tab: (typeof tabs)[number]['tab']; children: ComponentChildren }) {
  return (
    <>
      <div class="page-head">
        <h1>Settings</h1>
      </div>
      <nav class="tabs" aria-label="Settings">
        {tabs.map((each) => (
          <a key={each.tab} href={each.href} aria-current={each.tab === tab ? 'page' : undefined}>
            {each.word}
          </a>
        ))}
      </nav>
      {children}
    </>
  );
}
