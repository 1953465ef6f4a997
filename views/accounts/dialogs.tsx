import type { Account } from '../../src/features/accounts/accounts.ts';
import { Dialog, DialogButtons } from '../partials/dialog.tsx';
import { Field, Form, type FormProblem } from '../partials/form.tsx';
import { Notice } from '../partials/notice.tsx';

interface DialogModel {
  account: Account;
  /** Where it leads when it is closed. */
  back: string;
  problem?: FormProblem | undefined;
}

export function RenameView({ model: { account, back, problem } }: { model: DialogModel }) {
  const form = 'rename';
  return (
    <Dialog title="Rename account">
      <Form id={form} action={`/accounts/${account.id}/rename`} problem={problem} labels={{ name: 'Name' }}>
        <input type="hidden" name="back" value={back} />
        <Field form={form} name="name" label="Name" value={account.name} problem={problem} maxLength={100} autoFocus />
        <DialogButtons back={back}>
          <button type="submit" class="button button-primary">
            Rename
          </button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

export function UnlinkView({ model: { account, back, problem } }: { model: DialogModel }) {
  return (
    <Dialog title="Unlink phone">
      <p>
        This server disappears from the linked devices of <bdi>{account.phone ?? 'the phone'}</bdi>.
      </p>
      <ul class="losses">
        <li>
          <strong>Lost:</strong> the connection and its keys. <bdi>{account.name}</bdi> cannot send or receive until a
          phone is linked again.
        </li>
        <li>
          <strong>Kept:</strong> the chats on this server, the API key and the settings.
        </li>
      </ul>
      <Form id="unlink" action={`/accounts/${account.id}/unlink`} problem={problem}>
        <input type="hidden" name="back" value={back} />
        <DialogButtons back={back}>
          <button type="submit" class="button button-danger">
            Unlink phone
          </button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

export function DeleteView({ model }: { model: DialogModel & { messageCount: number } }) {
  const { account, back, problem, messageCount } = model;
  const form = 'delete';
  return (
    <Dialog title="Delete account">
      <Notice tone="bad">This cannot be undone.</Notice>
      <ul class="losses">
        <li>{messagesLost(messageCount)} with their chats are deleted from this server.</li>
        <li>Its API key ends at once: programs that use it are refused.</li>
        {account.linked && <li>The phone is unlinked. Chats on the phone itself stay.</li>}
      </ul>
      <Form id={form} action={`/accounts/${account.id}/delete`} problem={problem} labels={{ name: 'The name' }}>
        <input type="hidden" name="back" value={back} />
        <Field
          form={form}
          name="name"
          label="The name"
          hint={
            <>
              Type <strong class="delete-name">{account.name}</strong> to delete it.
            </>
          }
          problem={problem}
          maxLength={100}
        />
        <DialogButtons back={back}>
          <button type="submit" class="button button-danger">
            Delete account
          </button>
        </DialogButtons>
      </Form>
    </Dialog>
  );
}

function messagesLost(count: number): string {
  if (count === 0) return 'Its settings, and no messages yet,';
  return count === 1 ? '1 message' : `${count.toLocaleString('en-GB')} messages`;
}
