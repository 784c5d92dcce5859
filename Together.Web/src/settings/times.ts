import { formatTimestamp } from '@/markdown/timestamp';

/** Times as the host writes them, in the reader's language and zone. */
export const day = (time: string) => formatTimestamp(Date.parse(time) / 1000, 'D', 0);

export const dayAndTime = (time: string) => formatTimestamp(Date.parse(time) / 1000, 'f', 0);

export const ago = (time: string, now = Date.now()) => formatTimestamp(Math.min(Date.parse(time), now) / 1000, 'R', now);

/** Of something to come. */
export const until = (time: string, now = Date.now()) => formatTimestamp(Date.parse(time) / 1000, 'R', now);
