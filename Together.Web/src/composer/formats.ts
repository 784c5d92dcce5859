/** A replacement of part of the text, and what is selected after it. */
export interface Change {
  from: number;
  to: number;
  insert: string;
  select: readonly [start: number, end: number];
}

export type Marker = '**' | '*' | '__' | '~~' | '`';

/** Puts markers around what is selected, or takes them away. */
export function toggled(text: string, selectionStart: number, selectionEnd: number, marker: Marker): Change {
  let [start, end] = [selectionStart, selectionEnd];
  // A marker beside a space marks nothing.
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  const selected = text.slice(start, end);
  const { length } = marker;

  if (has(marker, run(selected, 0, 1, marker)) && has(marker, run(selected, selected.length - 1, -1, marker)) && selected.length > 2 * length) {
    const inner = selected.slice(length, -length);
    return { from: start, to: end, insert: inner, select: [start, start + inner.length] };
  }
  if (has(marker, run(text, start - 1, -1, marker)) && has(marker, run(text, end, 1, marker)))
    return { from: start - length, to: end + length, insert: selected, select: [start - length, end - length] };
  if (marker === '`' && selected.includes('\n'))
    return { from: start, to: end, insert: `\`\`\`\n${selected}\n\`\`\``, select: [start + 4, start + 4 + selected.length] };
  return { from: start, to: end, insert: marker + selected + marker, select: [start + length, end + length] };
}

/** How often the marker's character stands in a row from here on. */
function run(text: string, at: number, step: 1 | -1, marker: Marker): number {
  let count = 0;
  while (text[at + count * step] === marker[0]) count++;
  return count;
}

/** Whether so many of its characters hold the marker: three asterisks are bold and italic. */
function has(marker: Marker, count: number): boolean {
  if (marker === '*') return count % 2 === 1;
  if (marker === '`') return count === 1;
  return count >= 2;
}

const linePrefix = /^(?:> )?(?: *(?:[-*]|(\d{1,8})\.) )?/;

/** A new line in a list or quote goes on with it; in an empty item it ends it. Null for a plain new line. */
export function continued(text: string, caret: number): Change | null {
  if (isInFence(text, caret)) return null;
  const lineStart = text.lastIndexOf('\n', caret - 1) + 1;
  const line = text.slice(lineStart, caret);
  const [prefix = '', number] = linePrefix.exec(line) ?? [];
  if (prefix === '') return null;
  const isEmpty = line === prefix && (text[caret] ?? '\n') === '\n';
  if (isEmpty) return { from: lineStart, to: caret, insert: '', select: [lineStart, lineStart] };
  const next = number ? prefix.replace(number, String(Number(number) + 1)) : prefix;
  return { from: caret, to: caret, insert: `\n${next}`, select: [caret + 1 + next.length, caret + 1 + next.length] };
}

/** Whether a code block is open here. */
export function isInFence(text: string, caret: number): boolean {
  return text.slice(0, caret).split('```').length % 2 === 0;
}
