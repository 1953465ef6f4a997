import type { AdminKey } from '../../src/features/access/access.ts';
import { Code, Curl } from '../partials/code.tsx';
import { Empty } from '../partials/empty.tsx';
import { ActButton, Field, Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';
import { Ago, Time } from '../partials/time.tsx';
import { SettingsPage } from './tabs.tsx';

export interface KeysModel {
  keys: readonly AdminKey[];
  /** The last of them, when there are more. */
  next: string | undefined;
  /** Whether this is a later page. */
  isContinued: boolean;
  /** Whether a key from `ADMIN_API_KEY` is valid too. */
  environmentKey: boolean;
}

/** Under which a new key stands on the next page, once. */
export const newKeyName = 'admin-key';

export function KeysView({ model, problem }: { model: KeysModel; problem?: FormProblem | undefined }) {
  const { once } = usePage();
  const newKey = once?.name === newKeyName ? once.value : undefined;
  return (
    <SettingsPage tab="keys">
      <p class="muted measure">
        An admin key lets a program do all that you can do here, with every account. A program that works with one
        account only is safer with the key of that account, which stands on the account's page.
      </p>
      {newKey !== undefined && <NewKey value={newKey} />}
      <KeyList model={model} />
      <section class="card stack-s" aria-labelledby="create-title">
        <h2 id="create-title">Create an admin key</h2>
        <Form
          id="create-key"
          action="/settings/keys"
          class="form form-narrow"
          problem={problem}
          labels={{ name: 'Name' }}
        >
          <Field
            form="create-key"
            name="name"
            label="Name"
            hint="What has this key, such as “Backup script”. The audit log tells by it who acted."
            maxLength={60}
            problem={problem}
          />
          <div>
            <button type="submit" class="button button-primary">
              <Icon name="key-round" />
              Create key
            </button>
          </div>
        </Form>
        <Curl id="create-key-curl" method="POST" path="/api/keys" body={{ name: 'Backup script' }} />
      </section>
      <HowTo />
    </SettingsPage>
  );
}

function NewKey({ value }: { value: string }) {
  return (
    <section class="card stack-s new-key" aria-labelledby="new-key-title">
      <h2 id="new-key-title">Your new key</h2>
      <Notice tone="warn">
        This is the only time that it is shown. Copy it now and keep it as you keep a password.
      </Notice>
      <Code id="new-key" label="the new key" text={value} wrap />
    </section>
  );
}

function KeyList({ model }: { model: KeysModel }) {
  const { keys, next, isContinued, environmentKey } = model;
  return (
    <section class="card card-flush" aria-labelledby="keys-title">
      <h2 class="section-title" id="keys-title">
        Admin keys
      </h2>
      {environmentKey && (
        <p class="section-note muted">
          The key from ADMIN_API_KEY is valid too. It ends when that variable is changed.
        </p>
      )}
      {keys.length === 0 ? (
        <Empty icon="key-round" title={isContinued ? 'No more keys' : 'No admin keys yet'}>
          {isContinued ? 'This was the last page.' : 'Create one for each program, so that each can be revoked alone.'}
        </Empty>
      ) : (
        <ul class="list">
          {keys.map((key) => (
            <Key key={key.id} value={key} />
          ))}
        </ul>
      )}
      {(next !== undefined || isContinued) && (
        <div class="pager section-foot">
          {isContinued ? <a href="/settings/keys">First page</a> : <span />}
          {next !== undefined && <a href={`/settings/keys?after=${next}`}>Next page</a>}
        </div>
      )}
    </section>
  );
}

function Key({ value }: { value: AdminKey }) {
  return (
    <li id={value.id}>
      <div class="grow">
        <p>
          <strong>
            <bdi>{value.name}</bdi>
          </strong>{' '}
          <code class="muted nowrap">{value.hint}</code>
        </p>
        <p class="muted small">
          Created <Time at={value.createdAt} /> ·{' '}
          {value.lastUsedAt ? (
            <>
              last used <Ago at={value.lastUsedAt} />
            </>
          ) : (
            'never used'
          )}
        </p>
      </div>
      <a class="button button-danger" href={`/settings/keys/${value.id}/revoke`} data-dialog="">
        Revoke…
        <span class="visually-hidden">
          {' '}
          <bdi>{value.name}</bdi>
        </span>
      </a>
    </li>
  );
}

function HowTo() {
  const { publicUrl } = usePage();
  return (
    <section class="card stack-s" aria-labelledby="how-title">
      <h2 id="how-title">How to use a key</h2>
      <p class="muted measure">
        Send it in the header Authorization, X-API-Key or apikey, never in an address. With an admin key a call names
        the account by <code>accountId</code>.
      </p>
      <Code
        id="how-list"
        label="the call that lists the accounts"
        text={`KEY=sk_admin_…\ncurl "${publicUrl}/api/accounts" \\\n  -H "Authorization: Bearer $KEY"`}
      />
    </section>
  );
}

/** A page of its own, or the content of a dialog. */
export function RevokeView({ value }: { value: AdminKey }) {
  return (
    <div class="stack-s form-narrow" data-dialog-content="">
      <h1>Revoke this key?</h1>
      <p>
        Programs that use{' '}
        <strong>
          <bdi>{value.name}</bdi>
        </strong>{' '}
        (<code>{value.hint}</code>) are refused from then on, on every instance within 5 seconds. It cannot be brought
        back.
      </p>
      <p class="muted">
        {value.lastUsedAt ? (
          <>
            It was last used <Ago at={value.lastUsedAt} />.
          </>
        ) : (
          'It was never used.'
        )}
      </p>
      <div class="dialog-buttons">
        <a class="button" href="/settings/keys" data-close="">
          Keep it
        </a>
        <ActButton id="revoke" action={`/settings/keys/${value.id}/revoke`} class="button button-danger">
          Revoke key
        </ActButton>
      </div>
    </div>
  );
}
