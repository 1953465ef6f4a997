import { Code } from '../partials/code.tsx';
import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';
import { KindChip } from '../partials/status.tsx';
import { areaId } from './buttons.tsx';
import { type LinkBy, type LinkingModel, linkAddress } from './linking-model.ts';
import { LinkingPanel } from './panel.tsx';

export interface LinkPageModel extends LinkingModel {
  /** What stands in the field for the number at first. */
  phone: string;
  problem?: FormProblem | undefined;
}

export function LinkView({ model }: { model: LinkPageModel }) {
  const { account } = model;
  return (
    <>
      <div class="page-head">
        <div>
          <p class="back-link">
            <a href="/accounts">Accounts</a>
          </p>
          <div class="row">
            <h1>
              Link <bdi>{account.name}</bdi>
            </h1>
            <KindChip kind={account.kind} />
          </div>
        </div>
      </div>
      <div class="columns columns-aside">
        <LinkArea model={model} />
        <div class="stack-s">
          <NewKey accountId={account.id} />
          {account.kind === 'sandbox' ? <AboutSandbox /> : <AboutLinking />}
        </div>
      </div>
    </>
  );
}

/** Everything that an act here replaces. What is typed stands beside the live part, never in it. */
export function LinkArea({ model }: { model: LinkPageModel }) {
  const { account, by, state, problem } = model;
  const general = problem?.fields.length === 0 ? problem.message : undefined;
  return (
    <div id={areaId} class="card link-area">
      {state.kind !== 'linked' && (
        <nav class="tabs link-ways" aria-label="Ways to link">
          <Tab model={model} by="qr" word="QR code" />
          <Tab model={model} by="code" word="Code on the phone" />
        </nav>
      )}
      {general !== undefined && (
        <div role="alert">
          <Notice tone="bad">{general}</Notice>
        </div>
      )}
      <LinkingPanel model={model} />
      {by === 'code' && state.kind !== 'linked' && (
        <NumberForm
          accountId={account.id}
          model={model}
          isAgain={state.kind === 'showing' && state.code !== undefined}
        />
      )}
      <noscript>
        <p class="hint">Without JavaScript this page stands still: load it again to see what has changed.</p>
      </noscript>
    </div>
  );
}

function Tab({ model, by, word }: { model: LinkPageModel; by: LinkBy; word: string }) {
  return (
    <a href={linkAddress(model.account, by)} aria-current={model.by === by ? 'page' : undefined}>
      <Icon name={by === 'qr' ? 'qr-code' : 'keyboard'} />
      {word}
    </a>
  );
}

interface NumberFormProps {
  accountId: string;
  model: LinkPageModel;
  isAgain: boolean;
}

function NumberForm({ accountId, model, isAgain }: NumberFormProps) {
  const form = 'pairing-number';
  const isSandbox = model.account.kind === 'sandbox';
  const hint = isSandbox
    ? 'A number of the sandbox begins with +999.'
    : 'The number of the WhatsApp account, with its country code, such as +49 151 12345678.';
  return (
    <div class="form-narrow number-form">
      <Form
        id={form}
        action={`/accounts/${accountId}/pairing-code`}
        problem={model.problem?.fields.length === 0 ? undefined : model.problem}
        labels={{ phone: 'Phone number' }}
        replaces={`#${areaId}`}
      >
        <Field
          form={form}
          name="phone"
          label="Phone number"
          hint={hint}
          value={model.phone}
          problem={model.problem}
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          maxLength={40}
        />
        <div class="row">
          <button type="submit" class={isAgain ? 'button' : 'button button-primary'}>
            {isAgain ? 'Get a new code' : 'Get a code'}
          </button>
        </div>
      </Form>
    </div>
  );
}

/** The key of a new account stands on this page only. */
function NewKey({ accountId }: { accountId: string }) {
  const { once } = usePage();
  if (once?.name !== keyNameOf(accountId)) return null;
  return (
    <section class="card stack-s" aria-labelledby="new-key">
      <h2 id="new-key">API key</h2>
      <Notice tone="warn">Copy it now: it is not shown again. A lost key can be replaced.</Notice>
      <Code id="new-key-text" text={once.value} label="API key" wrap />
    </section>
  );
}

/** Under which name the key of a new account is handed to the next page. */
export function keyNameOf(accountId: string): string {
  return `api-key:${accountId}`;
}

function AboutSandbox() {
  return (
    <section class="card stack-s about-sandbox" aria-labelledby="about-sandbox">
      <h2 id="about-sandbox">
        <Icon name="flask-conical" />
        What a sandbox is
      </h2>
      <p>
        A virtual phone on a WhatsApp network inside this server. The API, the ticks and the answers are the same as
        with a real number; nothing reaches a real person.
      </p>
      <p>Its numbers begin with +999, and it is marked in violet wherever it stands.</p>
    </section>
  );
}

function AboutLinking() {
  return (
    <section class="card stack-s" aria-labelledby="about-linking">
      <h2 id="about-linking">What linking does</h2>
      <p>
        This server becomes one of the phone’s linked devices, as WhatsApp Web does. The phone goes on working, and you
        can unlink it on the phone at any time.
      </p>
    </section>
  );
}
