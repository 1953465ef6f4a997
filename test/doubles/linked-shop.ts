import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { VirtualPhone } from '../../src/simulator/control.ts';
import type { PhoneMessage } from '../../src/simulator/phone-message.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, type Api, apiOf, type MessageJson } from './api.ts';
import { environmentOf } from './network-environment.ts';
import { type RunningApp, type RunningAppOptions, startApp } from './running-app.ts';
import { waitFor } from './wait-for.ts';

/** A linked account of kind `whatsapp`, unpaced, for all tests of a file. */
export interface LinkedShop {
  readonly simulator: Simulator;
  readonly app: RunningApp;
  readonly api: Api;
  readonly shop: AccountJson;
}

export interface UsedShop {
  /** Once the hooks before all tests have run. */
  linked: () => LinkedShop;
  /** A phone that nobody has used. */
  newCustomer: () => VirtualPhone;
  /** Sends and waits for the result. */
  send: (body: object, path?: string) => Promise<MessageJson>;
  /** The message of this id, once a phone shows it. */
  shownBy: (customer: VirtualPhone, id: string) => Promise<PhoneMessage>;
  /** The message of this network's id, once it is listed. */
  stored: (whatsappId: string) => Promise<MessageJson>;
}

/** The number of its phone. */
export const owner = '9990000000001';

/**
 * How often linked devices have asked for the settings that phones share. What a phone changes before the first time is no
 * news to its device.
 */
export function settingsAsked({ control }: Simulator): number {
  return control.counters().queriesByNamespace.get('w:sync:app:state') ?? 0;
}

/** `options` are asked for after the hooks that stand before it. */
export function useLinkedShop(
  options: () => Pick<RunningAppOptions, 'environment' | 'timings'> = () => ({}),
): UsedShop {
  const simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  let lastCustomer = 9_990_000_000_100;
  let present: LinkedShop | undefined;

  beforeAll(async () => {
    await simulator.start();
    const { environment, timings = {} } = options();
    const app = await startApp({ environment: { ...environmentOf(simulator), ...environment }, timings });
    const api = apiOf(app);
    const account = await api.createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
    await simulator.control.phone(owner).scan(await api.qr(account.id));
    const shop = { ...(await api.becomes(account.id, 'ready')), apiKey: account.apiKey };
    await waitFor(() => settingsAsked(simulator) > 0);
    present = { simulator, app, api, shop };
  });
  afterAll(async () => {
    await present?.app.stop();
    await simulator.stop();
  });
  afterEach(() => {
    simulator.control.clearFaults();
    expect(simulator.control.counters().unknownQueries).toEqual([]);
  });

  function linked(): LinkedShop {
    if (!present) throw new Error('No test has begun yet');
    return present;
  }

  return {
    linked,
    newCustomer() {
      lastCustomer += 1;
      return simulator.control.phone(String(lastCustomer));
    },
    async send(body, path = '/api/send') {
      const { app, shop } = linked();
      return (await app.data('POST', `${path}?wait=true`, { key: shop.apiKey, body })) as MessageJson;
    },
    async shownBy(customer, id) {
      let found: PhoneMessage | undefined;
      await waitFor(() => (found = customer.messages().find((message) => message.id === id)) !== undefined);
      if (!found) throw new Error('The phone shows no such message');
      return found;
    },
    async stored(whatsappId) {
      const { api, shop } = linked();
      let found: MessageJson | undefined;
      await waitFor(async () => {
        found = (await api.messages(shop)).find((message) => message.whatsappId === whatsappId);
        return found !== undefined;
      });
      if (!found) throw new Error('The message is not listed');
      return found;
    },
  };
}
