import type { ReceivedDelivery } from '../../doubles/webhook-receiver.ts';
import { signatureFault, standardFault } from '../../doubles/webhook-signatures.ts';
import { type Hook, openHookRig } from '../hooks.ts';
import type { Scenario, Stage } from '../stage.ts';

const flips = 1_000;
const overlapHours = 2;
const hour = 3_600_000;

export const webhookSignatures: Scenario = {
  row: 105,
  name: 'signatures, rotation, 1,000 flipped bits',
  async run(stage) {
    const rig = await openHookRig(stage);
    const server = await rig.startOnline(rig.starting);
    const hook = await rig.hook(server, 'signed');
    async function deliver(when: string): Promise<ReceivedDelivery> {
      const before = hook.endpoint.deliveries.length;
      await rig.write(1);
      await stage.until(`a delivery ${when}`, () => hook.endpoint.deliveries.length > before);
      const delivery = hook.endpoint.deliveries[before];
      if (!delivery) throw new Error('It was here');
      return delivery;
    }

    const former = hook.secret;
    const before = await deliver('before');
    const path = `/api/webhooks/${hook.id}/rotate-secret`;
    const { secret: present } = (await server.data('POST', path, { body: { overlapHours } })) as Pick<Hook, 'secret'>;
    const overlapping = await deliver('while both secrets are good');
    await rig.forward(overlapHours * hour);
    const after = await deliver('after that');
    const seen = [before, overlapping, after].map((delivery) => signatures(delivery).length);
    stage.promise('signatures before, meanwhile and after', seen, [1, 2, 1]);
    stage.promise('before', await accepted(before, [former, present]), [true, false]);
    stage.promise('meanwhile', await accepted(overlapping, [present]), [true]);
    // GitHub's header has room for one, which is the newest.
    stage.promise('meanwhile by the former', standardFault(former, overlapping, timeOf(overlapping)), undefined);
    stage.promise('after', await accepted(after, [former, present]), [false, true]);

    const tampered = Array.from({ length: flips }, () => flipped(stage, after));
    const verdicts = await Promise.all(tampered.map((delivery) => accepted(delivery, [present])));
    stage.promise('tampered and accepted', verdicts.flat().filter(Boolean).length, 0);
    stage.count('flipped bits', flips);
    stage.promise('exit code', await server.stop(), 0);
  },
};

function signatures(delivery: Signed): string[] {
  return (delivery.headers['webhook-signature'] ?? '').split(' ').filter((signature) => signature !== '');
}

/** By both official verifiers, for each of the secrets. */
function accepted(delivery: Signed, secrets: readonly string[]): Promise<boolean[]> {
  return Promise.all(
    secrets.map(async (secret) => (await signatureFault(secret, delivery, timeOf(delivery))) === undefined),
  );
}

type Signed = Pick<ReceivedDelivery, 'headers' | 'body'>;

/** The server's clock is not this one's. */
function timeOf({ headers }: Signed): Date {
  return new Date(Number(headers['webhook-timestamp']) * 1_000);
}

function flipped(stage: Stage, { headers, body }: Signed): Signed {
  const changed = Buffer.from(body);
  const place = Math.floor(stage.random() * changed.length);
  changed[place] = (changed[place] ?? 0) ^ (1 << Math.floor(stage.random() * 8));
  return { headers, body: changed };
}
