import type { Account } from '../../src/features/accounts/accounts.ts';
import { Code } from '../partials/code.tsx';
import { Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';

export const rollKeyId = 'roll-key';

export const overlaps = [
  { value: 'none', minutes: 0, words: 'At once', sentence: 'The old key stops working now.' },
  { value: 'hour', minutes: 60, words: 'After 1 hour', sentence: 'The old key works for one more hour.' },
  { value: 'day', minutes: 1_440, words: 'After 24 hours', sentence: 'The old key works for 24 more hours.' },
  { value: 'week', minutes: 10_080, words: 'After 7 days', sentence: 'The old key works for 7 more days.' },
] as const;

/** What scripts call this account with. A new key stands here once. */
export function ApiKeyCard({ account }: { account: Account }) {
  const { once } = usePage();
  const { id, apiKeyHint } = account;
  const newKey = once?.name === `api-key:${id}` ? once.value : undefined;
  return (
    <section class="card stack-s" aria-labelledby="key-title">
      <h2 id="key-title">API key</h2>
      {newKey === undefined ? (
        <p>{apiKeyHint === null ? 'This account has no key.' : <code class="key-hint">{apiKeyHint}</code>}</p>
      ) : (
        <>
          <Notice tone="warn">Copy this key now. It is shown only this once.</Notice>
          <Code id="new-key" text={newKey} label="the API key" wrap />
        </>
      )}
      <p class="muted small">Calls with it reach this account only.</p>
      <div class="row">
        <a class="button" href={`/accounts/${id}/key`} data-dialog="">
          <Icon name="key-round" />
          Roll key…
        </a>
      </div>
    </section>
  );
}

export function RollKeyView({ account, problem }: { account: Account; problem: FormProblem | undefined }) {
  const { id, name, apiKeyHint } = account;
  const chosen = problem?.values['overlap'] ?? 'none';
  return (
    <div class="card form-narrow">
      <div class="stack" data-dialog-content="">
        <h1>
          New key for <bdi>{name}</bdi>
        </h1>
        <p>
          A new key is made and shown once. When does the present one
          {apiKeyHint !== null && (
            <>
              {' '}
              (<code>{apiKeyHint}</code>)
            </>
          )}{' '}
          stop working?
        </p>
        <Form id={rollKeyId} action={`/accounts/${id}/key`} problem={problem} labels={{ overlap: 'The end' }}>
          <fieldset class="overlaps">
            <legend>The old key stops working</legend>
            {overlaps.map(({ value, words }) => (
              <label key={value} class="check">
                <input type="radio" name="overlap" value={value} checked={value === chosen} />
                <span>{words}</span>
              </label>
            ))}
          </fieldset>
          <div class="dialog-buttons">
            <a class="button" href={`/accounts/${id}`} data-close="">
              Keep the present key
            </a>
            <button type="submit" class="button button-primary">
              Make a new key
            </button>
          </div>
        </Form>
      </div>
    </div>
  );
}
