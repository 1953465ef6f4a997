import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { apiOf, type AccountJson, type Api } from './api.ts';
import type { Browser } from './browser.ts';
import { environmentOf } from './network-environment.ts';
import { signIn, storeAdmin } from './person.ts';
import { openTestDatabase } from './test-database.ts';
import { type RunningApp, type RunningAppOptions, startApp } from './running-app.ts';

export interface DashboardServer extends RunningApp {
  readonly api: Api;
  /** WhatsApp, as accounts of kind whatsapp see it. */
  readonly simulator: Simulator;
  /** Of somebody who has signed in; shared, so a test that signs out signs in by itself. */
  readonly person: Browser;
}

/** The product with an admin, and a network on which numbers can be linked. */
export async function startDashboard(options: RunningAppOptions = {}): Promise<DashboardServer> {
  const simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  const database = options.database ?? (await openTestDatabase());
  if (!options.database) await storeAdmin(database);
  const environment = { ...environmentOf(simulator), ...options.environment };
  const app = await startApp({ ...options, database, environment });
  return {
    ...app,
    api: apiOf(app),
    simulator,
    person: await signIn(app.address),
    async stop() {
      await app.stop();
      await simulator.stop();
      if (!options.database) await database.close();
    },
  };
}

/** A sandbox account that was scanned and has spoken with a customer. */
export async function talkingSandbox(server: DashboardServer, name: string): Promise<AccountJson> {
  const account = await server.api.createAccount(name, 'sandbox');
  await server.data('POST', `/api/accounts/${account.id}/sandbox/scan`);
  await server.api.send(account, '+999 555 0101', 'Your order is on its way.', '?wait=true');
  await server.data('POST', `/api/accounts/${account.id}/sandbox/messages`, {
    body: { from: '+999 555 0101', text: 'Thank you!' },
  });
  await server.api.lists(account, 'Thank you!', 'received');
  return account;
}
