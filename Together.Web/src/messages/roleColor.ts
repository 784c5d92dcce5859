/** A role's colour as it can be read on either theme. */
export interface ReadableColor {
  dark: string;
  light: string;
}

/** WCAG 2.2, 1.4.3. */
const wanted = 4.5;

/** Luminances of the backgrounds that names stand on at their worst: a hovered row that mentions the reader (tokens.css). */
const darkest = luminance([0x2c, 0x26, 0x1b]);
const lightest = luminance([0xec, 0xe1, 0xcd]);

const known = new Map<number, ReadableColor>();

/**
 * Moves a colour towards white or black just as far as its contrast needs.
 * @param color 0xRRGGBB
 */
export function readable(color: number): ReadableColor {
  let found = known.get(color);
  if (!found) {
    found = { dark: moved(color, 255, darkest), light: moved(color, 0, lightest) };
    known.set(color, found);
  }
  return found;
}

function moved(color: number, towards: number, background: number): string {
  const channels = [color >> 16, (color >> 8) & 0xff, color & 0xff];
  let mixed = channels;
  for (let step = 1; step <= 20 && contrast(luminance(mixed), background) < wanted; step++)
    mixed = channels.map((channel) => Math.round(channel + ((towards - channel) * step) / 20));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** WCAG 2.2, "relative luminance". */
export function luminance(channels: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = channels.map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2, "contrast ratio". */
export function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
