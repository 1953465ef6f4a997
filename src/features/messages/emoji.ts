// A flag, a keycap, or a picture with its variants, and such as are joined to one (Unicode Technical Standard 51).
const flag = String.raw`\p{Regional_Indicator}{2}`;
const keycap = String.raw`[0-9#*]\uFE0F?\u20E3`;
const picture = String.raw`\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F\u{E0020}-\u{E007F}]*`;
const oneEmoji = new RegExp(String.raw`^(?:${flag}|${keycap}|${picture}(?:\u200D${picture})*)$`, 'u');

/** Whether a text is one emoji, as people count, and nothing else. */
export function isEmoji(text: string): boolean {
  return oneEmoji.test(text);
}
