import { Until } from '../partials/time.tsx';
import { SandboxButton } from './buttons.tsx';
import type { LinkingModel, ShownQr } from './linking-model.ts';
import { QrPicture } from './qr-picture.tsx';

export function QrShown({ model, qr }: { model: LinkingModel; qr: ShownQr }) {
  return (
    <div class="linking-columns">
      <figure class="qr-figure">
        <QrPicture drawing={qr.drawing} />
        <figcaption>
          <span>
            New code in{' '}
            <strong>
              <Until at={qr.expiresAt} />
            </strong>
          </span>
          <span>
            Code {qr.attempt} of {qr.attempts}
          </span>
        </figcaption>
      </figure>
      <div class="stack-s">
        <h2>Scan this code</h2>
        <SandboxButton model={model} />
        <ol class="linking-steps">
          <li>
            <p>
              Open <strong>WhatsApp</strong> on the phone with the number.
            </p>
          </li>
          <li>
            <p>
              In its settings choose <strong>Linked devices</strong>, then <strong>Link a device</strong>.
            </p>
          </li>
          <li>
            <p>Point the phone at this code. The page moves on by itself.</p>
          </li>
        </ol>
      </div>
    </div>
  );
}
