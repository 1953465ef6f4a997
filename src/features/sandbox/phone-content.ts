import { buffer } from 'node:stream/consumers';
import { phoneOf } from '../../channels/address.ts';
import { readVcard, writeVcard } from '../../channels/vcard.ts';
import type { OpenedFile } from '../../channels/content.ts';
import { type ContentBody, contentIn, type MessageContent } from '../messages/messages.ts';
import type { OutgoingPhoneContent, PhoneMessage } from './network.ts';

const nothing = { text: null, media: null, location: null, contacts: null, poll: null };

/** What a message on a phone says, in the words of the account's own messages. */
export function shownContent({ content, votes }: Pick<PhoneMessage, 'content' | 'votes'>): MessageContent {
  if ('media' in content) {
    const { type, media, caption = null } = content;
    const { mimetype, bytes: size, fileName: filename = null, seconds = null, width = null, height = null } = media;
    return { ...nothing, type, text: caption, media: { url: null, mimetype, size, filename, seconds, width, height } };
  }
  switch (content.type) {
    case 'text':
      return { ...nothing, type: 'text', text: content.text };
    case 'location': {
      const { type, latitude, longitude, name = null, address = null } = content;
      return { ...nothing, type, location: { latitude, longitude, name, address } };
    }
    case 'contacts':
      return {
        ...nothing,
        type: 'contact',
        contacts: content.contacts.map(({ name, vcard }) => readVcard(vcard, name)),
      };
    case 'poll': {
      const { type, question, options, selectableCount: maxAnswers } = content;
      const results = options.map((option) => {
        const voters = votes.filter(({ options: chosen }) => chosen.includes(option)).map(({ from }) => voter(from));
        return { option, count: voters.length, voters };
      });
      return { ...nothing, type, poll: { question, options: [...options], maxAnswers, results } };
    }
    case 'unsupported':
      return { ...nothing, type: 'unsupported' };
  }
}

function voter(jid: string): { jid: string; lid: null; phone: string | null; name: null } {
  return { jid, lid: null, phone: phoneOf(jid), name: null };
}

/** What a customer writes, in the network's words. Throws a 422 that names the field. */
export function writtenContent(body: ContentBody): OutgoingPhoneContent {
  const content = contentIn(body);
  switch (content.type) {
    case 'text':
      return content;
    case 'location': {
      const { type, latitude, longitude, name, address } = content;
      return { type, latitude, longitude, ...(name !== null && { name }), ...(address !== null && { address }) };
    }
    case 'contact':
      return {
        type: 'contacts',
        contacts: content.contacts.map((card) => ({ name: card.name, vcard: writeVcard(card) })),
      };
    case 'poll': {
      const { type, question, options, maxAnswers: selectableCount } = content;
      return { type, question, options, selectableCount };
    }
  }
}

/** The same with a file, which is read to its end. */
export async function writtenFile(file: OpenedFile, caption: string | undefined): Promise<OutgoingPhoneContent> {
  const { type, mimetype, fileName } = file;
  const bytes = await buffer(file.stream);
  const { seconds, width, height, thumbnail } = await file.described;
  return {
    type,
    media: {
      bytes,
      mimetype,
      ...(fileName !== null && { fileName }),
      ...(seconds !== null && { seconds }),
      ...(width !== null && { width }),
      ...(height !== null && { height }),
      ...(thumbnail && { thumbnail }),
    },
    ...(caption !== undefined && { caption }),
  };
}
