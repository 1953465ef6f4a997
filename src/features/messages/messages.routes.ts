import { parseAddress } from '../../channels/address.ts';
import type { Content } from '../../channels/content.ts';
import { accountOf } from '../../platform/caller.ts';
import { positionOf } from '../../platform/cursor.ts';
import { invalidField } from '../../platform/errors.ts';
import type { Transaction } from '../../platform/database.ts';
import { readMultipart } from '../../platform/multipart.ts';
import {
  type Answer,
  defineRoute,
  type NoFields,
  type Route,
  type RouteInput,
  type Upload,
} from '../../platform/route.ts';
import { type Infer, listOf } from '../../platform/schema.ts';
import { type FileRequest, KeptFile, type Media, mostUploadedBytes } from '../media/media.ts';
import { actRoutes } from './acts.routes.ts';
import { bodyWithFileBytes, contentIn } from './content-body.ts';
import { fileMessage } from './message-file.ts';
import type { Message, Messages } from './messages.ts';
import { messageAnswer, messageParams, messageQuery, sendAnswer } from './messages.schemas.ts';
import { messageBody, sendBody, sendMediaBody, sendQuery } from './send.schemas.ts';
import { type MessageRouteOptions as SendOptions, type SendAnswer, sendAnswerOf } from './send-answer.ts';

export interface MessageRouteOptions extends SendOptions {
  media: Media;
}

type SendBody = Infer<typeof sendBody> | Infer<typeof sendMediaBody>;
type SendInput = RouteInput<NoFields, Infer<typeof sendQuery>, SendBody>;

const tag = 'Messages';
/** Of the fields beside the file, and what is between them. */
const uploadedFieldsBytes = 1_000_000;

export function messageRoutes(options: MessageRouteOptions): Route[] {
  return [...sendRoutes(options), ...actRoutes(options), ...readRoutes(options)];
}

function sendRoutes(options: MessageRouteOptions): Route[] {
  const shared = {
    method: 'POST',
    tag,
    access: 'account',
    query: sendQuery,
    answer: sendAnswer,
    statuses: [202, 200],
    bodyLimitBytes: bodyWithFileBytes,
    idempotent: true,
    errors: [
      'account.not_found',
      'account.not_connected',
      'queue.full',
      'media.too_large',
      'media.queue_full',
      'media.wrong_type',
      'media.needs_ffmpeg',
      'media.empty',
    ],
    effect: (input: SendInput, tx: Transaction) => send(options, input, tx),
  } as const;
  return [
    defineRoute({ ...shared, path: '/send', summary: 'Send a message; a text unless it has a type', body: sendBody }),
    defineRoute({
      ...shared,
      path: '/send-media',
      summary: 'Send a file, as JSON or as a form with the file itself',
      body: sendMediaBody,
      upload: uploadOf(options.media),
    }),
    defineRoute({ ...shared, path: '/messages', summary: 'Send a message', body: messageBody }),
  ];
}

async function send(options: MessageRouteOptions, input: SendInput, tx: Transaction): Promise<Answer<SendAnswer>> {
  const { messages } = options;
  const { body, query, caller } = input;
  const accountId = accountOf(caller, body.accountId);
  const to = await messages.recipient(accountId, body.to, tx);
  const accepted = await messages.accept(tx, {
    accountId,
    // A person in a browser is no program that tries again.
    origin: caller.kind === 'session' ? 'inbox' : 'api',
    to,
    ...(await contentOf(body, options.media, tx)),
    replyTo: body.replyTo ?? null,
    mentions: (body.mentions ?? []).map(mentioned),
    referenceId: body.referenceId ?? null,
    priority: body.priority,
    sendAt: body.sendAt === undefined ? null : new Date(body.sendAt),
    expiresInSeconds: body.expiresInSeconds ?? null,
    typing: body.typing,
    allowDuplicate: body.allowDuplicate,
  });
  return sendAnswerOf(options, accepted, { accountId, wait: query.wait });
}

async function contentOf(
  body: SendBody,
  media: Media,
  tx: Transaction,
): Promise<{ content: Content; file?: FileRequest }> {
  if (body.type === undefined) return fileMessage(media, body, tx);
  switch (body.type) {
    case 'text':
    case 'location':
    case 'contact':
    case 'poll':
      return { content: contentIn(body) };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return fileMessage(media, body, tx);
  }
}

/** A form with the file in it, which is kept while it comes. */
function uploadOf(media: Media): Upload {
  return {
    contentType: 'multipart/form-data',
    limitBytes: mostUploadedBytes + uploadedFieldsBytes,
    async read(request, signal) {
      const fields = await readMultipart<KeptFile>(request, {
        fileField: 'file',
        take: ({ bytes, filename, mimetype }) => media.receive(bytes, { filename, mimetype }),
        discard: (file) => media.discard(file),
        signal,
      });
      // A field that comes once is no list yet.
      return typeof fields['mentions'] === 'string' ? { ...fields, mentions: [fields['mentions']] } : fields;
    },
    async release(body) {
      const file: unknown = (body as { file?: unknown }).file;
      if (file instanceof KeptFile) await media.discard(file);
    },
  };
}

function mentioned(given: string, index: number): string {
  const parsed = parseAddress(given);
  if (!parsed.ok) throw invalidField(`mentions[${index}]`, parsed.problem);
  if (parsed.address.type !== 'personal') throw invalidField(`mentions[${index}]`, 'is no person');
  return parsed.address.jid;
}

function readRoutes({ messages }: MessageRouteOptions): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/messages',
      summary: 'List messages, both directions, newest first',
      tag,
      access: 'account',
      query: messageQuery,
      answer: listOf(messageAnswer),
      list: true,
      errors: ['account.not_found'],
      async handle({ query, caller }) {
        const accountId = accountOf(caller, query.accountId);
        const { messages: found, nextPosition } = await messages.list({
          accountId,
          direction: query.direction,
          chatJid: query.chat === undefined ? undefined : await chatJid(messages, accountId, query.chat),
          status: query.status,
          since: query.since === undefined ? undefined : new Date(query.since),
          beforePosition: positionOf(query.cursor),
          limit: query.limit,
        });
        return { data: found, nextCursor: nextPosition === null ? null : String(nextPosition) };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/messages/:id',
      summary: 'Read a message with its status',
      tag,
      access: 'account',
      params: messageParams,
      answer: messageAnswer,
      errors: ['message.not_found'],
      handle: async ({ params, caller }): Promise<Answer<Message>> => ({
        data: await messages.get(params.id, ownAccount(caller)),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/messages/:id/cancel',
      summary: 'Cancel a message that is still queued',
      tag,
      access: 'account',
      params: messageParams,
      answer: messageAnswer,
      errors: ['message.not_found', 'message.not_queued'],
      effect: async ({ params, caller }, tx): Promise<Answer<Message>> => ({
        data: await messages.cancel(tx, params.id, ownAccount(caller)),
      }),
    }),
  ];
}

async function chatJid(messages: Messages, accountId: string, given: string): Promise<string> {
  const parsed = parseAddress(given);
  if (!parsed.ok) throw invalidField('chat', parsed.problem);
  return messages.chatOf(accountId, parsed.address);
}

function ownAccount(caller: RouteInput<unknown, unknown, unknown>['caller']): string | undefined {
  return caller.kind === 'account' ? caller.accountId : undefined;
}
