/** @param color 0xRRGGBB */
export function hexOf(color: number): string {
  return color.toString(16).padStart(6, '0');
}

/** 0xRRGGBB of `5fd8bd` or `#5fd8bd`; 0 of nothing, null of what is no colour. */
export function colorOf(text: string): number | null {
  const digits = text.trim().replace(/^#/, '');
  if (digits === '') return 0;
  return /^[0-9a-f]{6}$/i.test(digits) ? Number.parseInt(digits, 16) : null;
}
