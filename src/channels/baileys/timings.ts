import { type ReconnectDelays, whatsappDelays } from './disconnects.ts';

/** Waits of one connection, all in ms unless it is said otherwise. */
export interface ConnectionTimings {
  /** From dialling to a first QR code or to being open. */
  connectTimeoutMs: number;
  /** Life of the first QR code and of those after it; undefined for WhatsApp's 60 s and 20 s. */
  qrLifeMs: number | undefined;
  /** From handing a message over to its confirmation. */
  acknowledgementTimeoutMs: number;
  /** A line without a single frame for so long is dead. */
  silenceMs: number;
  /** After login the account's own lock must be free within this time. */
  stallMs: number;
  /** How long a closing handshake may take before the line is cut. */
  closeMs: number;
  /** How long WhatsApp may take to accept a code that is to be typed on the phone. */
  codeAnswerMs: number;
  /** After a code was typed on the phone the pairing follows within this time, or it was another code. */
  codeTypedMs: number;
  /** Not a time: so many changes may wait for the database before a line is not read any more. */
  mostWaiting: number;
}

export interface ChannelTimings extends ConnectionTimings {
  /** A connection that lasted so long resets the back-off. */
  settledMs: number;
  /** A pairing that the phone confirmed must open within this time. */
  pairingMs: number;
  /** Tries of one message without a confirmation after which the socket is restarted. */
  unconfirmedTries: number;
  /** How long `stop` lets what has arrived reach the database. */
  drainMs: number;
  reconnect: ReconnectDelays;
}

export const whatsappTimings: ChannelTimings = {
  connectTimeoutMs: 20_000,
  qrLifeMs: undefined,
  acknowledgementTimeoutMs: 20_000,
  silenceMs: 90_000,
  stallMs: 60_000,
  closeMs: 2_000,
  codeAnswerMs: 10_000,
  codeTypedMs: 10_000,
  settledMs: 60_000,
  pairingMs: 120_000,
  unconfirmedTries: 3,
  drainMs: 10_000,
  mostWaiting: 1_000,
  reconnect: whatsappDelays,
};
