// Links accounts with bare Baileys and leaves them in a file for the programs that measure.
import { createControlClient } from '../test/doubles/control-client.ts';
import { linkClient } from '../test/doubles/linked-client.ts';
import { saveAccounts } from './bare-accounts.ts';
import { bareParameters, type BareNetwork, tellResult } from './bare-program.ts';

export interface BareLinkParameters extends BareNetwork {
  file: string;
  numbers: readonly string[];
}

const { url, controlUrl, file, numbers } = bareParameters() as BareLinkParameters;
const control = createControlClient(controlUrl);
const accounts = [];
for (const number of numbers) {
  const { account, client } = await linkClient(url, control.phone(number));
  await client.end();
  accounts.push(account);
}
await saveAccounts(file, accounts);
tellResult({});
