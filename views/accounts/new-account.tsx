import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { Notice } from '../partials/notice.tsx';

/** How an account begins. */
export type Way = 'sandbox' | 'qr' | 'code';

export interface NewAccountModel {
  ways: readonly Way[];
  /** The one that is ticked at first. */
  way: Way;
  /** A name for each, so that nothing must be typed. */
  suggestions: Readonly<Record<Way, string>>;
  problem?: FormProblem | undefined;
}

const choices: Record<Way, { icon: string; title: string; text: string }> = {
  sandbox: {
    icon: 'flask-conical',
    title: 'Sandbox phone',
    text: '10 seconds, no phone needed. A virtual phone on a network of its own; nothing leaves this server.',
  },
  qr: {
    icon: 'qr-code',
    title: 'Scan a QR code',
    text: 'Link a real WhatsApp number with the camera of its phone.',
  },
  code: {
    icon: 'keyboard',
    title: 'Enter a code on the phone',
    text: 'Link a real WhatsApp number by typing eight characters; no camera needed.',
  },
};

export function NewAccountView({ model }: { model: NewAccountModel }) {
  const { ways, suggestions, problem } = model;
  const form = 'new-account';
  const chosen = ways.find((way) => way === problem?.values['way']) ?? model.way;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Add account</h1>
          <p>One account is one number. How do you want to begin?</p>
        </div>
      </div>
      <Form id={form} action="/accounts/new" class="form card" problem={problem} labels={{ name: 'Name', way: 'Kind' }}>
        <fieldset class="field">
          <legend class="visually-hidden">Kind</legend>
          <div class="choices" id={`${form}-way`}>
            {ways.map((way) => (
              <Choice key={way} way={way} checked={way === chosen} suggestion={suggestions[way]} />
            ))}
          </div>
        </fieldset>
        <div class="form-narrow">
          <Field
            form={form}
            name="name"
            label="Name"
            hint="What you and your colleagues call it. It can be changed at any time."
            value={suggestions[chosen]}
            problem={problem}
            maxLength={100}
          />
        </div>
        <input type="hidden" name="suggested" value={suggestions[chosen]} />
        <div class="risk-note">
          <Notice tone="warn">
            For real numbers: WhatsApp may restrict or ban a number that writes to people who do not expect it. Use one
            that you can afford to lose, and begin slowly. A sandbox phone has no such risk.
          </Notice>
        </div>
        <div class="row">
          <button type="submit" class="button button-primary">
            Create account
          </button>
          <a class="button button-quiet" href="/accounts">
            Cancel
          </a>
        </div>
      </Form>
    </>
  );
}

function Choice({ way, checked, suggestion }: { way: Way; checked: boolean; suggestion: string }) {
  const { icon, title, text } = choices[way];
  return (
    <label class={`choice choice-${way}`}>
      <input type="radio" name="way" value={way} checked={checked} data-suggestion={suggestion} />
      <span class="choice-title">
        <Icon name={icon} />
        {title}
      </span>
      <span class="choice-text">{text}</span>
    </label>
  );
}
