const largest = 27;
const space = /\s*/y;
/** UTS #51, ED-17a and the like: a flag, a keycap, or pictographs joined, each with its variation, skin tone and tags. */
const emoji =
  /(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|(?!\p{RI})(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}(?=\uFE0F|\u200D|\p{EMod}))(?:\uFE0F|\p{EMod})?(?:[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{EMod})?)*)/uy;

/** Whether there is nothing but 1 to 27 emoji and white space. */
export function isEmojiOnly(content: string): boolean {
  let at = skip(space, content, 0);
  for (let count = 0; at < content.length; count++) {
    const end = skip(emoji, content, at);
    if (end === at || count === largest) return false;
    at = skip(space, content, end);
  }
  return content.trim() !== '';
}

/** One at a time: in one expression the engine would try every division of the content into emoji. */
function skip(pattern: RegExp, content: string, at: number) {
  pattern.lastIndex = at;
  return pattern.test(content) ? pattern.lastIndex : at;
}
