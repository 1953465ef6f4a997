import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';
import { usePage } from '../partials/page-context.tsx';
import { Until } from '../partials/time.tsx';
import { Welcome } from './welcome.tsx';

export interface LoginModel {
  /** Where to go afterwards: a path of ours. */
  next: string;
  /** The session ended while its page was open. */
  ended: boolean;
  /** There is no admin yet. */
  needsSetup: boolean;
  /** What is wrong with the settings about proxies and https. */
  advice: string | undefined;
  problem: FormProblem | undefined;
  /** Set when there were too many tries. */
  waitSeconds: number | undefined;
}

const formId = 'login';

export function LoginView({ model }: { model: LoginModel }) {
  return (
    <Welcome title="Sign in">
      {model.advice !== undefined && <Notice tone="warn">{model.advice}</Notice>}
      {model.needsSetup ? <NotSetUp /> : <LoginForm model={model} />}
    </Welcome>
  );
}

function NotSetUp() {
  return (
    <>
      <p>Nobody can sign in yet, because there is no admin.</p>
      <p>
        Open the set-up link that the server printed when it started. It begins with <code>Nobody can sign in yet</code>
        ; <code>npm run admin:reset</code> prints a new one.
      </p>
    </>
  );
}

function LoginForm({ model }: { model: LoginModel }) {
  const { problem, waitSeconds } = model;
  return (
    <>
      {model.ended && problem === undefined && (
        <Notice tone="info">Your session has ended. What you typed comes back after you sign in.</Notice>
      )}
      <Form id={formId} action="/login" problem={problem} labels={{ username: 'User name', password: 'Password' }}>
        {waitSeconds !== undefined && <Wait seconds={waitSeconds} />}
        <input type="hidden" name="next" value={model.next} />
        <Field
          form={formId}
          name="username"
          label="User name"
          autoComplete="username"
          maxLength={100}
          problem={problem}
          autoFocus={problem === undefined}
        />
        <Field
          form={formId}
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
          problem={problem}
        />
        <button type="submit" class="button button-primary button-wide">
          Sign in
        </button>
      </Form>
    </>
  );
}

function Wait({ seconds }: { seconds: number }) {
  const { now } = usePage();
  return (
    <p class="hint">
      Time left: <Until at={new Date(now.getTime() + seconds * 1_000)} />
    </p>
  );
}
