import { Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';

export interface ComposerModel {
  accountId: string;
  /** Who writes, `+999…`. */
  customer: string;
  problem?: FormProblem | undefined;
  /** After a message was taken. */
  takesFocus?: boolean;
}

export const composerId = 'phone-write';
const labels = { text: 'Message of the customer' };

/** Stands beside the live part of the phone, so that nothing changes under what is being typed. */
export function PhoneComposer({ model }: { model: ComposerModel }) {
  const { accountId, customer, problem, takesFocus = false } = model;
  return (
    <Form
      id={composerId}
      action={`/accounts/${accountId}/phone/write`}
      class="phone-write"
      problem={problem}
      labels={labels}
    >
      <input type="hidden" name="customer" value={customer} />
      <label class="visually-hidden" for="phone-write-text">
        {labels.text}
      </label>
      <input
        id="phone-write-text"
        class="input"
        name="text"
        type="text"
        dir="auto"
        maxlength={20_000}
        autocomplete="off"
        placeholder="Write as the customer"
        autofocus={takesFocus}
        value={problem?.values['text'] ?? ''}
        aria-invalid={problem?.fields.some(({ field }) => field === 'text') === true ? 'true' : undefined}
      />
      <button type="submit" class="button button-primary button-icon">
        <Icon name="send" label="Send as the customer" />
      </button>
    </Form>
  );
}
