import { createBaileysChannel } from './channels/baileys/baileys-channel.ts';
import { createVersionLookup, noNewerVersion } from './channels/baileys/client-version.ts';
import type { Network } from './channels/baileys/connection.ts';
import type { ChannelTimings } from './channels/baileys/timings.ts';
import type { Config } from './config.ts';
import type { AccountKind, ChannelFactory } from './features/accounts/accounts.ts';
import { createSentMessageLookup } from './features/messages/messages.ts';
import type { StartedOnDemand } from './features/sandbox/sandbox.ts';
import type { Clock } from './platform/clock.ts';
import type { CommitWriter } from './platform/commit-writer.ts';
import type { Database } from './platform/database.ts';
import type { Log } from './platform/log.ts';
import { createOutboundHttp } from './platform/outbound-http.ts';
import type { Probe } from './platform/probe.ts';
import type { Secrets } from './platform/secrets.ts';
import { createSlots } from './platform/slots.ts';

interface ChannelParts {
  database: Database;
  secrets: Secrets;
  writer: CommitWriter;
  /** The network of sandbox accounts. */
  network: StartedOnDemand;
  whatsapp: Config['whatsapp'];
  version: string;
  probe: Probe;
  timings: ChannelTimings;
  clock: Clock;
  random: () => number;
  log: Log;
}

const connectsAtOnce = 2;
const whatsappWebSocketUrl = 'wss://web.whatsapp.com/ws/chat';

/** Every account is a Baileys channel; its kind decides to which network it speaks. */
export function createChannelFactory(parts: ChannelParts): ChannelFactory {
  const connecting = createSlots(connectsAtOnce);
  const sentMessage = createSentMessageLookup(parts.database, parts.secrets);
  const userAgent = `Switchboard/${parts.version}`;
  const newerVersion = createVersionLookup({
    ...parts,
    outbound: createOutboundHttp({ ...parts, allowedHosts: [], userAgent }),
  });
  const { whatsapp, network } = parts;

  async function networkOf(kind: AccountKind): Promise<Network> {
    if (kind === 'sandbox') {
      const { url, noiseRoot } = await network.running();
      return { webSocketUrl: url, trust: { root: noiseRoot, strict: true } };
    }
    const root = whatsapp.noiseRootHex === undefined ? undefined : Buffer.from(whatsapp.noiseRootHex, 'hex');
    return {
      webSocketUrl: whatsapp.webSocketUrl ?? whatsappWebSocketUrl,
      trust: { root, strict: whatsapp.strictNoise },
    };
  }

  return async ({ accountId, kind, sink, lease, urgent }) =>
    createBaileysChannel({
      ...parts,
      accountId,
      sink,
      lease,
      urgent,
      connecting,
      newerVersion: kind === 'whatsapp' && whatsapp.webSocketUrl === undefined ? newerVersion : noNewerVersion,
      network: await networkOf(kind),
      sentMessage: sentMessage(accountId),
    });
}
