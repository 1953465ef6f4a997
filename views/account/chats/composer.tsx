import { ComposeFields, composeLabels } from '../compose/compose-fields.tsx';
import { Preview } from '../compose/preview.tsx';
import { Form, type FormProblem } from '../../partials/form.tsx';
import { Icon } from '../../partials/icon.tsx';
import { Notice } from '../../partials/notice.tsx';
import { chatPath } from './chat-names.tsx';

export interface ChatComposerModel {
  accountId: string;
  jid: string;
  /** The message that is answered, in one line. */
  answers?: { id: string; words: string } | undefined;
  problem?: FormProblem | undefined;
  /** After a message was taken. */
  takesFocus?: boolean;
  /** What its sender should know of it. */
  warnings?: readonly string[];
}

export const chatComposerId = 'composer';

/** Where one writes into a chat; stands beside its live part, so that nothing changes under what is being typed. */
export function ChatComposer({ model }: { model: ChatComposerModel }) {
  const { accountId, jid, answers, problem, takesFocus = false, warnings = [] } = model;
  const path = chatPath(accountId, jid);
  return (
    <Form
      id={chatComposerId}
      action={`${path}/send`}
      class="chat-composer"
      problem={problem}
      labels={{ ...composeLabels, to: 'This chat', replyTo: 'The answered message' }}
    >
      {warnings.map((warning) => (
        <Notice key={warning} tone="warn" live>
          {warning}
        </Notice>
      ))}
      <input type="hidden" name="replyTo" value={answers?.id ?? ''} />
      <div class="composer-answers" data-answers="" hidden={answers === undefined}>
        <p class="grow">
          <span class="muted">Answer to</span> <bdi data-answers-words="">{answers?.words}</bdi>
        </p>
        <a class="button button-quiet button-icon" href={path} data-answers-end="">
          <Icon name="x" label="Do not answer it" />
        </a>
      </div>
      <ComposeFields
        accountId={accountId}
        to={jid}
        form={chatComposerId}
        problem={problem}
        inChat
        takesFocus={takesFocus}
        preview={<Preview model={{ accountId, form: chatComposerId, content: undefined }} />}
      />
      <button type="submit" class="button button-primary composer-send">
        <Icon name="send" />
        Send
      </button>
    </Form>
  );
}
