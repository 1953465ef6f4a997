import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';
import { Welcome } from './welcome.tsx';

export interface SetupModel {
  token: string;
  advice: string | undefined;
  problem: FormProblem | undefined;
}

const formId = 'set-up';

export function SetupView({ model }: { model: SetupModel }) {
  const { problem } = model;
  return (
    <Welcome title="Choose the admin">
      {model.advice !== undefined && <Notice tone="warn">{model.advice}</Notice>}
      <p>Whoever signs in with this name and password can do everything here. The link works once.</p>
      <Form id={formId} action="/setup" problem={problem} labels={{ username: 'User name', password: 'Password' }}>
        <input type="hidden" name="token" value={model.token} />
        <Field
          form={formId}
          name="username"
          label="User name"
          autoComplete="username"
          maxLength={100}
          value="admin"
          problem={problem}
        />
        <Field
          form={formId}
          name="password"
          label="Password"
          hint="8 or more characters. A sentence is easier to remember than signs."
          type="password"
          autoComplete="new-password"
          problem={problem}
          autoFocus={problem === undefined}
        />
        <button type="submit" class="button button-primary button-wide">
          Create the admin and sign in
        </button>
      </Form>
    </Welcome>
  );
}
