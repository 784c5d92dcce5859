import type { Attachment } from '@/contracts';

/** In CSS pixels: what a single picture fills at most, and what is left of one that is all but a line. */
const widest = 420;
const highest = 340;
const least = 48;

/** Kinds that browsers show as a picture; the host gives a size to no others. */
export function isPicture({ content_type, width, height }: Attachment): boolean {
  return content_type.startsWith('image/') && content_type !== 'image/svg+xml' && !!width && !!height;
}

/** The room that a picture takes before it is there. What does not fit the proportions is cut off. Pure. */
export function pictureBox({ width, height }: { width: number | null; height: number | null }): { width: number; height: number } {
  const [w, h] = [Math.max(1, width ?? 0), Math.max(1, height ?? 0)];
  const scale = Math.min(1, widest / w, highest / h);
  return { width: clamp(w * scale, widest), height: clamp(h * scale, highest) };
}

function clamp(size: number, most: number): number {
  return Math.round(Math.min(most, Math.max(least, size)));
}

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes as people say them: 12.3 MB. */
export function sizeText(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 && power > 0 ? 1 : 0 })} ${units[power]}`;
}
