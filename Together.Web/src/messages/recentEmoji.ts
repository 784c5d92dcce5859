import { remembered } from '@/composer/emoji';

const usual = ['👍', '❤️', '😂'];

/** What is picked in this browser, the last one first; as long as that is not enough, what people usually pick. */
export function recentEmoji(count: number): string[] {
  const { recent } = remembered();
  return [...recent, ...usual.filter((emoji) => !recent.includes(emoji))].slice(0, count);
}
