const segmenter = typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

/** A family emoji has eleven UTF-16 units; a letter under a heap of marks has thousands. */
const longestGrapheme = 16;

function first(word: string): string {
  const [code = ''] = word;
  const grapheme = segmenter?.segment(word).containing(0)?.segment ?? code;
  return grapheme.length > longestGrapheme ? code : grapheme;
}

/** The first characters of up to `most` words, as people see characters; `?` for a name without any. */
export function initials(name: string, most = 2): string {
  const words = name
    // Joiners hold emoji together; every other control, direction overrides above all, is not for seeing.
    .replace(/(?!\u200d|\s)\p{C}/gu, '')
    .split(/[\s_.-]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u.test(word));
  const chosen = most < 2 || words.length < 2 ? words.slice(0, 1) : [...words.slice(0, most - 1), ...words.slice(-1)];
  const letters = chosen.map(first);
  const emoji = letters.find((letter) => /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(letter));
  return (emoji ?? letters.join('')).toLocaleUpperCase() || first(name.replace(/[\p{C}\s]/gu, '')) || '?';
}

/** 1–8, the same for the same id everywhere. */
export function hueOf(id: string): number {
  // FNV-1a, 32 bit: http://www.isthe.com/chongo/tech/comp/fnv/
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return ((hash >>> 0) % 8) + 1;
}
