import { Notice } from '../partials/notice.tsx';
import { Time, Until } from '../partials/time.tsx';
import { SandboxButton } from './buttons.tsx';
import { LateAt } from './late-at.tsx';
import { type LinkingModel, type ShownCode, spelled } from './linking-model.ts';

interface CodeShownProps {
  model: LinkingModel;
  code: ShownCode | undefined;
  /** When this server has no connection yet: until when it waits without a word. */
  lateAt?: Date;
}

/** The code to type, once the number was given. */
export function CodeShown({ model, code, lateAt }: CodeShownProps) {
  if (!code) {
    return (
      <>
        <p class="muted">WhatsApp makes a code for one number. You type it on that phone; no camera is needed.</p>
        {lateAt && <LateAt at={lateAt} />}
      </>
    );
  }
  return (
    <div class="stack-s">
      {model.account.status.reason === 'code_refused' && (
        <Notice tone="warn">The phone did not accept what was typed. Type the code again, or get a new one.</Notice>
      )}
      <h2>
        Type this code on <bdi class="figures">{code.phone}</bdi>
      </h2>
      <p class="pairing-code mono" aria-label={spelled(code.code)} role="img">
        {code.code}
      </p>
      <p class="muted">
        It works until <Time at={code.expiresAt} />, for <Until at={code.expiresAt} />.
      </p>
      <SandboxButton model={model} />
      <ol class="linking-steps">
        <li>
          <p>
            Open <strong>WhatsApp</strong> on that phone.
          </p>
        </li>
        <li>
          <p>
            In its settings choose <strong>Linked devices</strong>, then <strong>Link a device</strong>.
          </p>
        </li>
        <li>
          <p>
            Choose <strong>Link with phone number instead</strong> and type the code. The page moves on by itself.
          </p>
        </li>
      </ol>
    </div>
  );
}
