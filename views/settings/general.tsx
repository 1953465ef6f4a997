import type { ComponentChildren } from 'preact';
import { Form } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';
import { SettingsPage } from './tabs.tsx';

export interface GeneralModel {
  theme: 'system' | 'light' | 'dark';
  /** Of this browser, as the trusted proxies report it. */
  address: string;
  /** `TRUST_PROXY` */
  trustProxyHops: number;
  /** What is wrong with the settings about proxies and https; undefined when nothing shows. */
  advice: string | undefined;
  version: string;
  storedFiles: { files: number; bytes: number; waiting: number; limitBytes: number };
}

/** `children` is what other parts put under it, such as the sessions. */
export function GeneralView({ model, children }: { model: GeneralModel; children?: ComponentChildren }) {
  return (
    <SettingsPage tab="general">
      <ThemeSection theme={model.theme} />
      <ShortcutsSection />
      <ConnectionSection model={model} />
      <StorageSection stored={model.storedFiles} />
      <TimeSection version={model.version} />
      {children}
    </SettingsPage>
  );
}

const themes = [
  { theme: 'system', title: 'System', text: 'As this device is set' },
  { theme: 'light', title: 'Light', text: 'Dark text on white' },
  { theme: 'dark', title: 'Dark', text: 'Light text on black' },
] as const;

function ThemeSection({ theme }: { theme: GeneralModel['theme'] }) {
  return (
    <section class="card" aria-labelledby="theme-title">
      <div class="card-head">
        <h2 id="theme-title">Theme</h2>
      </div>
      <Form id="theme-form" action="/theme">
        <input type="hidden" name="back" value="/settings" />
        <fieldset>
          <legend class="hint">For this browser only</legend>
          <div class="choices theme-choices">
            {themes.map((each) => (
              <label key={each.theme} class="choice">
                <input type="radio" name="theme" value={each.theme} checked={each.theme === theme} />
                <span class="choice-title">{each.title}</span>
                <span class="choice-text">{each.text}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div>
          <button type="submit" class="button">
            Use this theme
          </button>
        </div>
      </Form>
    </section>
  );
}

/** The browser keeps it, and without script there are no shortcuts. */
function ShortcutsSection() {
  return (
    <section class="card needs-script" aria-labelledby="shortcuts-title">
      <div class="card-head">
        <h2 id="shortcuts-title">Keyboard shortcuts</h2>
        <a href="/shortcuts" data-dialog="">
          Show the list
        </a>
      </div>
      <label class="check">
        <input type="checkbox" data-shortcuts="" checked />
        <span>
          Use keyboard shortcuts in this browser
          <span class="hint block">Switch them off if they get in the way of dictation or a screen reader.</span>
        </span>
      </label>
    </section>
  );
}

function ConnectionSection({ model }: { model: GeneralModel }) {
  const { publicUrl } = usePage();
  const { advice, trustProxyHops } = model;
  return (
    <section class="card stack-s" aria-labelledby="connection-title">
      <h2 id="connection-title">Connection</h2>
      <dl class="facts">
        <dt>Your address</dt>
        <dd>
          <code>{model.address === '' ? 'unknown' : model.address}</code>
          <span class="hint block">As this server sees this browser. Limits and the audit log go by it.</span>
        </dd>
        <dt>Proxies in front</dt>
        <dd>
          {trustProxyHops === 0 ? 'None' : trustProxyHops} <span class="muted">(TRUST_PROXY={trustProxyHops})</span>
        </dd>
        <dt>This server's address</dt>
        <dd>
          <code>{publicUrl}</code>
        </dd>
      </dl>
      {advice === undefined ? (
        <p class="muted">If that is not the address of this device or of its network, check TRUST_PROXY.</p>
      ) : (
        <Notice tone="warn">{advice}</Notice>
      )}
    </section>
  );
}

function StorageSection({ stored }: { stored: GeneralModel['storedFiles'] }) {
  const { files, bytes, waiting, limitBytes } = stored;
  const limit = inMegabytes(limitBytes);
  return (
    <section class="card stack-s" aria-labelledby="storage-title">
      <h2 id="storage-title">Stored files</h2>
      <dl class="facts">
        <dt>That came in</dt>
        <dd>
          {files === 1 ? '1 file' : `${files} files`}, {inMegabytes(bytes)} of {limit} MB{' '}
          <span class="muted">(MEDIA_STORE_MB={limit})</span>
          <span class="hint block">
            Of accounts whose settings store them. When it is full, those that were stored first are removed; as long as
            WhatsApp has them, they can still be opened.
          </span>
        </dd>
        <dt>Still to be fetched</dt>
        <dd>{waiting}</dd>
      </dl>
    </section>
  );
}

function inMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024);
}

function TimeSection({ version }: { version: string }) {
  const { now, timeZone } = usePage();
  return (
    <section class="card stack-s" aria-labelledby="time-title">
      <h2 id="time-title">Time and version</h2>
      <dl class="facts">
        <dt>Time zone</dt>
        <dd>
          {timeZone} <span class="muted">(DEFAULT_TIMEZONE)</span>
        </dd>
        <dt>Time there</dt>
        <dd>{now.toLocaleString('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' })}</dd>
        <dt>Version</dt>
        <dd>{version}</dd>
      </dl>
    </section>
  );
}
