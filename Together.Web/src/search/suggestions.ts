import fuzzysort from 'fuzzysort';
import { attachments, dayBefore, dayOf, type Searchable, type SearchFilter } from './filters';
import { type FilterKey, filterKeys, type LastToken } from './query';

export type Suggestion =
  /** Begins a filter. */
  | { kind: 'key'; id: string; key: FilterKey }
  /** Is one. */
  | { kind: 'filter'; id: string; filter: SearchFilter };

const most = 8;

/** How what is typed at the end may go on, the best first. */
export function suggestions(token: LastToken, { users, channels }: Searchable, canSearchServer: boolean, today: Date): Suggestion[] {
  const { key, value } = token;
  if (token.isClosed) return [];
  if (!key) {
    const typed = value.toLowerCase();
    return filterKeys
      .filter((name) => name.startsWith(typed) && (name !== 'in' || canSearchServer))
      .map((name) => ({ kind: 'key', id: name, key: name }));
  }
  const text = value.trim().replace(/^[@#]/, '');
  switch (key) {
    case 'from':
    case 'mentions': {
      const found = text ? fuzzysort.go(text, users, { keys: ['name', 'username'], limit: most }).map(({ obj }) => obj) : users.slice(0, most);
      return found.map(({ id, name }) => ({ kind: 'filter', id, filter: { key, userId: id, label: name } }));
    }
    case 'in': {
      const found = text ? fuzzysort.go(text, channels, { key: 'name', limit: most }).map(({ obj }) => obj) : channels.slice(0, most);
      return found.map(({ id, name }) => ({ kind: 'filter', id, filter: { key, channelId: id, label: name } }));
    }
    case 'has':
      return attachments
        .filter((kind) => kind.startsWith(text.toLowerCase()))
        .map((kind) => ({ kind: 'filter', id: kind, filter: { key, value: kind, label: kind } }));
    case 'before':
    case 'after':
      return [dayOf(today), dayOf(dayBefore(today))]
        .filter((day) => day.startsWith(text))
        .map((day) => ({ kind: 'filter', id: day, filter: { key, day, label: day } }));
  }
}
