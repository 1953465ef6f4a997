import { ComposeFields, composeLabels } from './compose/compose-fields.tsx';
import { Preview } from './compose/preview.tsx';
import { Curl } from '../partials/code.tsx';
import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';
import { Time } from '../partials/time.tsx';
import { headerId } from './header.tsx';

export interface SendModel {
  accountId: string;
  to: string;
  text: string;
  problem?: FormProblem | undefined;
  /** Set when the account cannot send: what was refused has a next step in the header. */
  hasNextStep?: boolean;
  /** After a message was taken. */
  taken?: { position: number; at: Date; warnings: readonly string[] } | undefined;
}

export const sendFormId = 'send';
const labels = { ...composeLabels, to: 'To' };

export function SendCard({ model, firstRun }: { model: SendModel; firstRun: boolean }) {
  const { once } = usePage();
  const newKey = once?.name === `api-key:${model.accountId}` ? once.value : undefined;
  return (
    <section class="card stack-s" aria-labelledby="send-title">
      <h2 id="send-title">Send a message</h2>
      <SendForm model={model} />
      <div class="send-text-call">
        <Curl
          id="send-curl"
          method="POST"
          path="/api/send"
          body={{ to: model.to || '+…', text: model.text || 'Hello from my server' }}
          form={sendFormId}
          apiKey={newKey}
          open={firstRun}
        />
      </div>
      <div class="send-file-call">
        <Curl
          id="send-file-curl"
          method="POST"
          path="/api/send-media"
          fields={{ to: model.to || '+…', caption: 'Our roses', file: '@roses.jpg' }}
          apiKey={newKey}
        />
      </div>
    </section>
  );
}

const nothing = { media: null, location: null, contacts: null, poll: null };

export function SendForm({ model }: { model: SendModel }) {
  const { accountId, to, text, problem, taken } = model;
  const shown = problem || text === '' ? undefined : { ...nothing, type: 'text', text };
  return (
    <Form id={sendFormId} action={`/accounts/${accountId}/send`} problem={problem} labels={labels}>
      {model.hasNextStep === true && (
        <p>
          <a href={`#${headerId}`}>To the next step at the top of this page</a>
        </p>
      )}
      <Field
        form={sendFormId}
        name="to"
        label="To"
        hint="A number with its country code, or a chat address."
        problem={problem}
        value={to}
        maxLength={100}
        inputMode="tel"
      />
      <ComposeFields
        accountId={accountId}
        form={sendFormId}
        problem={problem}
        text={text}
        takesFocus={taken !== undefined}
        preview={<Preview model={{ accountId, form: sendFormId, content: shown }} />}
      />
      <div class="row">
        <button type="submit" class="button button-primary">
          <Icon name="send" />
          Send
        </button>
        {taken && (
          <p class="muted" role="status">
            {taken.position <= 1 ? 'Accepted: it leaves next.' : <Waiting {...taken} />}
          </p>
        )}
      </div>
      {taken?.warnings.map((warning) => (
        <Notice key={warning} tone="warn" live>
          {warning}
        </Notice>
      ))}
    </Form>
  );
}

function Waiting({ position, at }: { position: number; at: Date }) {
  return (
    <>
      Accepted: number {position} in the queue, leaves about <Time at={at} />.
    </>
  );
}
