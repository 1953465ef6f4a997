import { createAddressBook } from './addresses.ts';
import { createChanges } from './changes.ts';
import { createDeliveries } from './deliveries.ts';
import { createDeviceNotices } from './device-notices.ts';
import { createDirectory } from './directory.ts';
import { createFaults } from './faults.ts';
import { createGroups } from './groups.ts';
import { createLinking } from './linking.ts';
import { createLogins } from './logins.ts';
import { createPhones, type Network } from './network.ts';
import { createPhoneInbox } from './phone-inbox.ts';
import { createPhoneOutbox } from './phone-outbox.ts';
import { createPhoneReceipts } from './phone-receipts.ts';
import { createPost } from './post.ts';
import type { SimulatorOptions } from './options.ts';
import { createState } from './state.ts';
import { createTally } from './tally.ts';
import type { PhoneParts } from './virtual-phone.ts';

const defaultReceiptDelayMs = 150;
const defaultKeptMessages = 200;

/** Puts the parts of the network together; nothing runs yet. */
export function assemble(options: SimulatorOptions, log: Network['log']): PhoneParts {
  const addresses = createAddressBook(options.seed);
  const state = createState(options.store, log);
  const directory = createDirectory(addresses, state);
  const faults = createFaults();
  const changes = createChanges();
  const network: Network = {
    addresses,
    state,
    directory,
    faults,
    changes,
    log,
    deliveries: createDeliveries(state, faults),
    groups: createGroups(addresses, state),
    tally: createTally(),
    receiptDelayMs: options.receiptDelayMs ?? defaultReceiptDelayMs,
    ...createPhones(directory, state, changes, options.keptMessages ?? defaultKeptMessages),
  };
  const post = createPost(network);
  const outbox = createPhoneOutbox(network, post);
  const receipts = createPhoneReceipts(network, post);
  const inbox = createPhoneInbox(network, post, outbox, receipts);
  post.onPhone((number, node) => inbox.receive(number, node));
  const notices = createDeviceNotices(network);
  const linking = createLinking(network, notices);
  const logins = createLogins(network, linking, outbox, notices);
  return { network, post, linking, logins, outbox, receipts, notices };
}
