/** The host keeps pictures of this many pixels a side. */
const side = 512;

export interface Square {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Rejects what the browser cannot show. */
export async function openPicture(file: Blob): Promise<string> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return url;
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

/** A part of a picture, as a picture of its own; in WebP where the browser can write it, else PNG. */
export async function cut(url: string, { x, y, width, height }: Square): Promise<Blob> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement('canvas');
  const size = Math.min(side, Math.max(1, Math.round(width)));
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, x, y, width, height, 0, 0, size, size);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/webp', 0.92);
  });
}

const units = ['bytes', 'kB', 'MB', 'GB'];

/** `10 MB`. */
export function sizeText(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toLocaleString(undefined, { maximumFractionDigits: 1 })} ${units[step]}`;
}
