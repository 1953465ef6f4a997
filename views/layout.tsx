import type { ComponentChildren, VNode } from 'preact';
import type { PageNotice, Section } from '../src/platform/page.ts';
import { ActButton, Form } from './partials/form.tsx';
import { Icon } from './partials/icon.tsx';
import { Notice } from './partials/notice.tsx';

export type Theme = 'system' | 'light' | 'dark';

export interface LayoutModel {
  title: string;
  section: string;
  theme: Theme;
  assets: { script: string; style: string; favicon: string };
  csrfToken: string;
  version: string;
  /** Where the theme button comes back to. */
  path: string;
  /** Undefined before signing in. */
  username: string | undefined;
  notice: PageNotice | undefined;
}

interface NavigationEntry {
  section: Section;
  href: string;
  icon: string;
  word: string;
  /** What the group that begins with it is called. */
  above?: string;
}

const entries = [
  { section: 'overview', href: '/', icon: 'layout-dashboard', word: 'Overview' },
  { section: 'accounts', href: '/accounts', icon: 'smartphone', word: 'Accounts' },
  { section: 'webhooks', href: '/webhooks', icon: 'webhook', word: 'Webhooks', above: 'Developers' },
  { section: 'settings', href: '/settings', icon: 'settings', word: 'Settings', above: 'Server' },
] as const satisfies readonly NavigationEntry[];

const htmxConfig = JSON.stringify({
  morphIgnore: ['data-htmx-powered', 'open'],
  noSwap: [204, 304, '5xx'],
  history: false,
  includeIndicatorCSS: false,
  // Otherwise it copies `style` attributes, such as that of a text field made larger, which the policy forbids.
  defaultSettleDelay: 0,
});

export function Layout({ model, children }: { model: LayoutModel; children: VNode }) {
  const { theme, assets, username, version } = model;
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <head>
        <meta charset="utf-8" />
        <title>{`${model.title} · Switchboard`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === 'system' ? 'light dark' : theme} />
        <meta name="robots" content="noindex" />
        <meta name="csrf-token" content={model.csrfToken} />
        <meta name="htmx-config" content={htmxConfig} />
        <link rel="icon" href={assets.favicon} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.style} />
        <script type="module" src={assets.script} />
      </head>
      <body data-signed-in={String(username !== undefined)} data-version={version}>
        <a class="skip-link" href="#main">
          Skip to the content
        </a>
        {username === undefined ? (
          <main id="main" class="visitor" tabindex={-1}>
            <Brand favicon={assets.favicon} />
            {children}
          </main>
        ) : (
          <Shell model={model}>{children}</Shell>
        )}
        <dialog id="dialog" aria-label="Dialog" />
        <p id="announcer" class="visually-hidden" role="status" />
      </body>
    </html>
  );
}

function Shell({ model, children }: { model: LayoutModel; children: ComponentChildren }) {
  return (
    <div class="shell">
      <nav class="side" aria-label="Main">
        <Brand favicon={model.assets.favicon} />
        <div class="nav">
          {entries.map((entry) => (
            <>
              {'above' in entry && <p class="nav-title">{entry.above}</p>}
              <NavigationLink key={entry.href} entry={entry} section={model.section} />
            </>
          ))}
        </div>
        <p class="side-foot">Version {model.version}</p>
      </nav>
      <div>
        <Top model={model} />
        <p id="offline" class="offline" hidden>
          The server does not answer. This page connects again by itself; what you typed stays here.
        </p>
        <p id="outdated" class="offline" hidden>
          The server has been updated. <a href={model.path}>Load the page anew</a> when it suits you.
        </p>
        <main id="main" class="main stack" tabindex={-1}>
          {model.notice !== undefined && <WhatWasDone notice={model.notice} />}
          {children}
        </main>
      </div>
      <nav class="bottom-bar" aria-label="Main, bottom">
        {entries.map((entry) => (
          <NavigationLink key={entry.href} entry={entry} section={model.section} />
        ))}
      </nav>
    </div>
  );
}

function WhatWasDone({ notice }: { notice: PageNotice }) {
  const { words, tone, undo } = typeof notice === 'string' ? { words: notice, tone: 'ok' as const } : notice;
  return (
    <Notice tone={tone} live>
      <div class="row">
        <p class="grow">{words}</p>
        {undo && (
          <ActButton id="undo" action={undo.action} fields={undo.fields}>
            <Icon name="undo-2" />
            Undo
          </ActButton>
        )}
      </div>
    </Notice>
  );
}

function Brand({ favicon, top = false }: { favicon: string; top?: boolean }) {
  return (
    <a class={top ? 'brand top-brand' : 'brand'} href="/">
      <img src={favicon} alt="" width="28" height="28" />
      <span>Switchboard</span>
    </a>
  );
}

function NavigationLink({ entry, section }: { entry: NavigationEntry; section: string }) {
  return (
    <a href={entry.href} aria-current={entry.section === section ? 'page' : undefined}>
      <Icon name={entry.icon} />
      {entry.word}
    </a>
  );
}

function Top({ model }: { model: LayoutModel }) {
  return (
    <header class="top">
      <Brand favicon={model.assets.favicon} top />
      <div class="top-space" />
      <span id="live-pill" class="live-pill" data-state="connecting">
        <span class="visually-hidden">Connection: </span>
        <span data-word="">Connecting</span>
      </span>
      <ThemeMenu theme={model.theme} path={model.path} />
      <details data-menu="">
        <summary class="button button-quiet">
          <bdi>{model.username}</bdi>
          <Icon name="chevron-down" />
        </summary>
        <div class="menu">
          <a href="/settings">
            <Icon name="settings" />
            Settings
          </a>
          <a href="/shortcuts" data-dialog="" data-shortcut="?">
            <Icon name="keyboard" />
            Keyboard shortcuts
          </a>
          <Form id="sign-out" action="/logout" class="act">
            <button type="submit">
              <Icon name="log-out" />
              Sign out
            </button>
          </Form>
        </div>
      </details>
    </header>
  );
}

const themes = [
  { theme: 'system', icon: 'monitor', word: 'System' },
  { theme: 'light', icon: 'sun', word: 'Light' },
  { theme: 'dark', icon: 'moon', word: 'Dark' },
] as const;

function ThemeMenu({ theme, path }: { theme: Theme; path: string }) {
  const current = themes.find((each) => each.theme === theme) ?? themes[0];
  return (
    <details data-menu="">
      <summary class="button button-quiet button-icon">
        <Icon name={current.icon} />
        <span class="visually-hidden">Theme: {current.word}</span>
      </summary>
      <div class="menu">
        {themes.map((each) => (
          <Form key={each.theme} id={`theme-${each.theme}`} action="/theme" class="act">
            <input type="hidden" name="back" value={path} />
            <button type="submit" name="theme" value={each.theme} aria-pressed={each.theme === theme}>
              <Icon name={each.icon} />
              {each.word}
              {each.theme === theme && <Icon name="check" />}
            </button>
          </Form>
        ))}
      </div>
    </details>
  );
}
