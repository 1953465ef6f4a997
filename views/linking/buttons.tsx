import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import type { LinkingModel } from './linking-model.ts';

export const areaId = 'linking-area';

/** Begins a new pairing, whose first code takes the place of this one. */
export function BeginButton({ model, icon, word }: { model: LinkingModel; icon: string; word: string }) {
  const { account, by } = model;
  return (
    <ActButton
      id="begin-linking"
      action={`/accounts/${account.id}/link`}
      fields={{ by }}
      replaces={`#${areaId}`}
      class="button button-primary"
    >
      <Icon name={icon} />
      {word}
    </ActButton>
  );
}

/** What the camera or the fingers of a real phone would do. */
export function SandboxButton({ model }: { model: LinkingModel }) {
  const { account, by } = model;
  if (account.kind !== 'sandbox') return null;
  return (
    <ActButton
      id="sandbox-phone"
      action={`/accounts/${account.id}/${by === 'qr' ? 'scan' : 'enter-code'}`}
      replaces={`#${areaId}`}
      class="button button-primary"
    >
      <Icon name={by === 'qr' ? 'scan-line' : 'keyboard'} />
      {by === 'qr' ? 'Scan with the sandbox phone' : 'Type it on the sandbox phone'}
    </ActButton>
  );
}
