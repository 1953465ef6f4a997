import { createAddressBook } from './addresses.ts';
import { createChanges } from './changes.ts';
import { createDeliveries } from './deliveries.ts';
import { createDeviceNotices } from './device-notices.ts';
import { createCalls } from './calls.ts';
import { createDirectory } from './directory.ts';
import { createFanOut } from './fan-out.ts';
import { createFaults } from './faults.ts';
import { createGroupChanges } from './group-changes.ts';
import { createGroups } from './groups.ts';
import { createLinking } from './linking.ts';
import { createLogins } from './logins.ts';
import { createMediaLibrary } from './media-library.ts';
import { createMediaRetries } from './media-retries.ts';
import type { MediaStore } from './media-store.ts';
import { createPhones, devicesOf, type Network } from './network.ts';
import { createNewsletters } from './newsletters.ts';
import { createPhoneInbox } from './phone-inbox.ts';
import { createPhoneOutbox } from './phone-outbox.ts';
import { createPhoneReceipts } from './phone-receipts.ts';
import { createPost } from './post.ts';
import { createPresences } from './presences.ts';
import type { SimulatorOptions } from './options.ts';
import { createState } from './state.ts';
import { createTally } from './tally.ts';
import type { PhoneParts } from './phone-parts.ts';

const defaultReceiptDelayMs = 150;
const defaultKeptMessages = 200;

/** Puts the parts of the network together; nothing runs yet. */
export function assemble(options: SimulatorOptions, mediaStore: MediaStore, log: Network['log']): PhoneParts {
  const addresses = createAddressBook(options.seed);
  const state = createState(options.store, log);
  const directory = createDirectory(addresses, state);
  const faults = createFaults();
  const changes = createChanges();
  const deliveries = createDeliveries(state, faults);
  const groups = createGroups(addresses, state);
  const whose = (number: string) => devicesOf({ directory }, number);
  const network: Network = {
    addresses,
    state,
    directory,
    faults,
    changes,
    log,
    deliveries,
    groups,
    newsletters: createNewsletters(state),
    presences: createPresences({ addresses, changes, deliveries, groups, devicesOf: whose }),
    media: createMediaLibrary(mediaStore, options.seed),
    tally: createTally(),
    receiptDelayMs: options.receiptDelayMs ?? defaultReceiptDelayMs,
    ...createPhones(directory, state, changes, options.keptMessages ?? defaultKeptMessages),
  };
  const post = createPost(network);
  const outbox = createPhoneOutbox(network, createFanOut(network, post));
  const receipts = createPhoneReceipts(network, post);
  const mediaRetries = createMediaRetries(network, post);
  const inbox = createPhoneInbox(network, post, { outbox, receipts, mediaRetries });
  post.onPhone((number, node) => inbox.receive(number, node));
  const notices = createDeviceNotices(network);
  const linking = createLinking(network, notices);
  const logins = createLogins(network, linking, outbox, notices);
  const calls = createCalls(network);
  const groupChanges = createGroupChanges(network);
  return { network, post, linking, logins, outbox, receipts, notices, calls, groupChanges };
}
