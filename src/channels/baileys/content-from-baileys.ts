import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys';
import type { ContactCard, Content, FileDetails, MediaType } from '../content.ts';
import { readVcard } from '../vcard.ts';

/** The fields of `proto.Message` that hold a file, by their names in Baileys' `WAProto`. */
const fileFields = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'video',
  audioMessage: 'audio',
  documentMessage: 'document',
  stickerMessage: 'sticker',
} as const satisfies Partial<Record<keyof proto.IMessage, MediaType>>;

type FileField = keyof typeof fileFields;

/** What a message carries of a file, whatever its kind. */
export interface FileMessage {
  mimetype?: string | null;
  caption?: string | null;
  fileName?: string | null;
  fileLength?: number | { toNumber(): number } | null;
  seconds?: number | null;
  width?: number | null;
  height?: number | null;
  url?: string | null;
  directPath?: string | null;
  mediaKey?: Uint8Array | null;
  fileSha256?: Uint8Array | null;
  fileEncSha256?: Uint8Array | null;
}

/** The file of a message; undefined where it has none. */
export function fileOf(message: proto.IMessage): { type: MediaType; file: FileMessage } | undefined {
  for (const name of Object.keys(fileFields) as FileField[]) {
    const file: (FileMessage & { ptt?: boolean | null }) | null | undefined = message[name];
    if (file) return { type: file.ptt ? 'voice' : fileFields[name], file };
  }
  return undefined;
}

/** What a message says; undefined for what this version cannot translate. */
export function contentOf(message: proto.IMessage): Content | undefined {
  const text = message.conversation ?? message.extendedTextMessage?.text;
  if (typeof text === 'string') return { type: 'text', text: storable(text) };
  const file = fileOf(message);
  if (file) return { type: file.type, caption: textOrNull(file.file.caption), file: detailsOf(file.file) };
  return locationOf(message) ?? contactsOf(message) ?? pollOf(message);
}

export function detailsOf(file: FileMessage): FileDetails {
  const length = file.fileLength;
  const sizeBytes = typeof length === 'number' ? length : (length?.toNumber() ?? null);
  return {
    mimetype: textOrNull(file.mimetype) ?? 'application/octet-stream',
    sizeBytes,
    fileName: textOrNull(file.fileName),
    seconds: file.seconds ?? null,
    width: file.width ?? null,
    height: file.height ?? null,
  };
}

function locationOf({ locationMessage, liveLocationMessage }: proto.IMessage): Content | undefined {
  const place: proto.Message.ILocationMessage | null | undefined = locationMessage ?? liveLocationMessage;
  if (!place) return undefined;
  return {
    type: 'location',
    latitude: place.degreesLatitude ?? 0,
    longitude: place.degreesLongitude ?? 0,
    name: textOrNull(place.name),
    address: textOrNull(place.address),
  };
}

function contactsOf({ contactMessage, contactsArrayMessage }: proto.IMessage): Content | undefined {
  const cards = contactMessage ? [contactMessage] : contactsArrayMessage?.contacts;
  return cards ? { type: 'contact', contacts: cards.map(cardOf) } : undefined;
}

function cardOf({ vcard, displayName }: proto.Message.IContactMessage): ContactCard {
  const { name, phone, organization } = readVcard(storable(vcard ?? ''), storable(displayName ?? ''));
  return { name, phone, organization };
}

function pollOf(message: proto.IMessage): Content | undefined {
  const poll = message.pollCreationMessage ?? message.pollCreationMessageV2 ?? message.pollCreationMessageV3;
  if (!poll) return undefined;
  return {
    type: 'poll',
    question: storable(poll.name ?? ''),
    options: (poll.options ?? []).map(({ optionName }) => storable(optionName ?? '')),
    maxAnswers: poll.selectableOptionsCount ?? 0,
  };
}

/** What a message of any kind says about others: the one that it answers, people that it mentions. */
export function contextOf(message: proto.IMessage): { replyTo: string | null; mentions: string[] } {
  const content = normalizeMessageContent(message);
  const parts: unknown[] = Object.values(content ?? {});
  for (const part of parts) {
    // A plain text is a string.
    if (typeof part !== 'object' || part === null || !('contextInfo' in part)) continue;
    const context = part.contextInfo as proto.IContextInfo | null;
    if (!context) continue;
    return { replyTo: textOrNull(context.stanzaId), mentions: (context.mentionedJid ?? []).map(storable) };
  }
  return { replyTo: null, mentions: [] };
}

/** What is done to the message may be encrypted with this (`messageSecret` in `WAProto`); undefined where it has none. */
export function secretOf(message: proto.IMessage | null | undefined): Uint8Array | undefined {
  const inner = normalizeMessageContent(message);
  const secret = message?.messageContextInfo?.messageSecret ?? inner?.messageContextInfo?.messageSecret;
  return secret?.length ? secret : undefined;
}

/** An absent field of a protobuf message reads as ''. */
function textOrNull(text: string | null | undefined): string | null {
  return text ? storable(text) : null;
}

/** Postgres takes neither NUL nor half of a surrogate pair. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}
