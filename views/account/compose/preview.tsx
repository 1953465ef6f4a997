import type { MessageContent as Content } from '../../../src/features/messages/messages.ts';
import { MessageContent } from '../message-content.tsx';
import { Curl } from '../../partials/code.tsx';

export interface PreviewModel {
  accountId: string;
  /** Id of the form. */
  form: string;
  /** Undefined as long as something is missing. */
  content: Content | undefined;
  /** The body of the call that sends it; undefined where the form shows its call by itself. */
  call?: Readonly<Record<string, unknown>> | undefined;
}

/** What the other side will see; asks for itself while somebody fills in the form around it. */
export function Preview({ model }: { model: PreviewModel }) {
  const { accountId, form, content, call } = model;
  const id = `${form}-preview`;
  return (
    <div
      id={id}
      class="compose-preview stack-s needs-script"
      hx-post={`/ui/accounts/${accountId}/preview?form=${form}`}
      hx-trigger={'input from:"closest form" delay:250ms'}
      hx-sync="queue last"
      hx-swap="outerMorph"
    >
      {content ? (
        <>
          <p class="muted small">Preview</p>
          <div class="bubble bubble-sent">
            <MessageContent message={content} />
          </div>
        </>
      ) : (
        <p class="muted small compose-empty">A preview appears here as soon as nothing is missing.</p>
      )}
      {call && <Curl id={`${id}-curl`} method="POST" path="/api/send" body={call} />}
    </div>
  );
}
