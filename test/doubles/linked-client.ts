import type { UserFacingSocketConfig } from '@whiskeysockets/baileys';
import type { VirtualPhone } from '../../src/simulator/control.ts';
import { connectStock, newStockAccount, type StockAccount, type StockClient } from './stock-client.ts';

export interface LinkedClient {
  readonly account: StockAccount;
  readonly client: StockClient;
  readonly deviceJid: string;
}

/** Shows a code, has it scanned, restarts as told by 515 and logs in. */
export async function linkClient(
  url: string,
  phone: Pick<VirtualPhone, 'scan'>,
  options: Partial<UserFacingSocketConfig> = {},
): Promise<LinkedClient> {
  const account = newStockAccount();
  const first = connectStock(account, url, options);
  const scanned = phone.scan(await first.qr());
  await first.closed();
  const client = connectStock(account, url, options);
  const [{ deviceJid }] = await Promise.all([scanned, client.opened()]);
  return { account, client, deviceJid };
}
