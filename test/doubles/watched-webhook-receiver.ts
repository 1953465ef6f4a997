import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

/**
 * One receiver for a file of tests. A test fails when a delivery that came in until its end, at an endpoint whose secret
 * the receiver was told, is not accepted by both official verifiers.
 */
export function useWebhookReceiver(): Pick<WebhookReceiver, 'endpoint' | 'deliveries' | 'waitFor'> {
  let started: WebhookReceiver | undefined;
  let judged = 0;

  beforeAll(async () => {
    started = await startWebhookReceiver();
  });
  async function judge(): Promise<void> {
    const refused = (await started?.refused()) ?? [];
    const fresh = refused.slice(judged);
    judged = refused.length;
    expect(fresh).toEqual([]);
  }
  afterEach(judge);
  afterAll(async () => {
    await started?.stop();
    await judge();
  });

  function receiver(): WebhookReceiver {
    if (!started) throw new Error('The receiver starts before the tests of the file');
    return started;
  }
  return {
    get deliveries() {
      return receiver().deliveries;
    },
    endpoint: (...args) => receiver().endpoint(...args),
    waitFor: (count) => receiver().waitFor(count),
  };
}
