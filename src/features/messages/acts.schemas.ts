import { object, required, text } from '../../platform/schema.ts';
import { longestText } from './messages.schemas.ts';

// A flag, a keycap, or a picture with its variants, and such as are joined to one (Unicode Technical Standard 51).
const flag = String.raw`\p{Regional_Indicator}{2}`;
const keycap = String.raw`[0-9#*]\uFE0F?\u20E3`;
const picture = String.raw`\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F\u{E0020}-\u{E007F}]*`;
const oneEmoji = new RegExp(`^(?:|${flag}|${keycap}|${picture}(?:\\u200D${picture})*)$`, 'u');

export const reactionBody = object({
  emoji: required(
    text({ min: 0, max: 40, pattern: oneEmoji, patternName: 'one emoji' }).description(
      'Empty takes the reaction back.',
    ),
  ),
});
export const editBody = object({
  text: required(text({ max: longestText }).description('What the message says from now on.')),
});
