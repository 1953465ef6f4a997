import type { Networks } from './app-networks.ts';
import { createBaileysChannel } from './channels/baileys/baileys-channel.ts';
import { createVersionLookup, noNewerVersion } from './channels/baileys/client-version.ts';
import type { ChannelTimings } from './channels/baileys/timings.ts';
import { downloadMedia } from './channels/baileys/media-download.ts';
import type { Config } from './config.ts';
import type { ChannelFactory } from './features/accounts/accounts.ts';
import { createSentMessageLookup, type DownloadMedia } from './features/messages/messages.ts';
import type { Clock } from './platform/clock.ts';
import type { CommitWriter } from './platform/commit-writer.ts';
import type { Database } from './platform/database.ts';
import type { Log } from './platform/log.ts';
import type { OutboundHttp } from './platform/outbound-http.ts';
import type { Probe } from './platform/probe.ts';
import type { Secrets } from './platform/secrets.ts';
import { createSlots } from './platform/slots.ts';

interface ChannelParts {
  database: Database;
  secrets: Secrets;
  writer: CommitWriter;
  networks: Networks;
  whatsapp: Config['whatsapp'];
  outbound: OutboundHttp;
  probe: Probe;
  timings: ChannelTimings;
  clock: Clock;
  random: () => number;
  log: Log;
}

const connectsAtOnce = 2;

/** Every account is a Baileys channel; its kind decides to which network it speaks. */
export function createChannelFactory(parts: ChannelParts): ChannelFactory {
  const connecting = createSlots(connectsAtOnce);
  const sentMessage = createSentMessageLookup(parts.database, parts.secrets);
  const newerVersion = createVersionLookup(parts);
  const { whatsapp, networks } = parts;

  return async ({ accountId, kind, sink, lease, urgent }) =>
    createBaileysChannel({
      ...parts,
      accountId,
      sink,
      lease,
      urgent,
      connecting,
      newerVersion: kind === 'whatsapp' && whatsapp.webSocketUrl === undefined ? newerVersion : noNewerVersion,
      network: await networks(kind),
      sentMessage: sentMessage(accountId),
    });
}

/** Fetches the file of a message from the network of its account, see `downloadMedia`. */
export function createMediaDownload(networks: Networks): DownloadMedia {
  return async (kind, original, signal) => downloadMedia(original, (await networks(kind)).media, signal);
}
