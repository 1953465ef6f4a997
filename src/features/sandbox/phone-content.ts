import { readVcard } from '../../channels/vcard.ts';
import type { MessageContent } from '../messages/messages.ts';
import type { PhoneContent } from './network.ts';

const nothing = { text: null, media: null, location: null, contacts: null, poll: null };

/** What a message on a phone says, in the words of the account's own messages. */
export function shownContent(content: PhoneContent): MessageContent {
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
      return { ...nothing, type, poll: { question, options: [...options], maxAnswers, results: [] } };
    }
    case 'unsupported':
      return { ...nothing, type: 'unsupported' };
  }
}
