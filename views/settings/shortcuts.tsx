import type { ComponentChildren } from 'preact';

const shortcuts: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ['/'], does: 'Search on a page that has a search field' },
  { keys: ['n'], does: 'Add an account, or a webhook where they stand' },
  { keys: ['g', 'o'], does: 'Go to the overview' },
  { keys: ['g', 'a'], does: 'Go to the accounts' },
  { keys: ['g', 'w'], does: 'Go to the webhooks' },
  { keys: ['g', 's'], does: 'Go to the settings' },
  { keys: ['?'], does: 'Show this list' },
  { keys: ['Esc'], does: 'Close a dialog or a menu' },
];

/** A page of its own, or the content of the dialog that `?` opens. */
export function ShortcutsView() {
  return (
    <div class="stack-s form-narrow" data-dialog-content="">
      <h1>Keyboard shortcuts</h1>
      <p class="muted">They work while you are not typing in a field.</p>
      <dl class="shortcuts">
        {shortcuts.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.flatMap((key, index): ComponentChildren[] =>
                index === 0 ? [<kbd>{key}</kbd>] : [' then ', <kbd>{key}</kbd>],
              )}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div class="dialog-buttons">
        <a class="button button-quiet" href="/settings">
          Switch them on or off
        </a>
        <a class="button" href="/" data-close="">
          Close
        </a>
      </div>
    </div>
  );
}
