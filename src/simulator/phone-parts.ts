import type { Calls } from './calls.ts';
import type { DeviceNotices } from './device-notices.ts';
import type { GroupChanges } from './group-changes.ts';
import type { Linking } from './linking.ts';
import type { Logins } from './logins.ts';
import type { Network } from './network.ts';
import type { PhoneOutbox } from './phone-outbox.ts';
import type { PhoneReceipts } from './phone-receipts.ts';
import type { Post } from './post.ts';

/** Everything that works on phones. */
export interface PhoneParts {
  readonly network: Network;
  readonly post: Post;
  readonly linking: Linking;
  readonly logins: Logins;
  readonly outbox: PhoneOutbox;
  readonly receipts: PhoneReceipts;
  readonly notices: DeviceNotices;
  readonly calls: Calls;
  readonly groupChanges: GroupChanges;
}
