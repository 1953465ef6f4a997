import { readFile, writeFile } from 'node:fs/promises';
import {
  connectStock,
  fromStoredText,
  type StockAccount,
  type StockClient,
  storedText,
} from '../test/doubles/stock-client.ts';

/** Accounts that one process with bare Baileys leaves for the next. */
export async function saveAccounts(file: string, accounts: readonly StockAccount[]): Promise<void> {
  await writeFile(file, accounts.map(storedText).join('\n'));
}

/** The first `count` of them, or all. */
export async function loadAccounts(file: string, count?: number): Promise<StockAccount[]> {
  return (await readFile(file, 'utf8')).split('\n').slice(0, count).map(fromStoredText);
}

export async function openAll(accounts: readonly StockAccount[], url: string): Promise<StockClient[]> {
  const clients = accounts.map((account) => connectStock(account, url));
  await Promise.all(clients.map((client) => client.opened()));
  return clients;
}
