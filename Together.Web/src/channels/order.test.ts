import { describe, expect, it } from 'vitest';
import type { Channel } from '@/contracts';
import { channelGroups } from '@/state/channels';
import { drop, inOrder, moved, neighbour, rowsOf } from './order';

const server = 's';

function channel(id: string, position: number, category_id: string | null = null, type: Channel['type'] = 'text'): Channel {
  return {
    id,
    type,
    server_id: server,
    name: id,
    topic: null,
    category_id,
    position,
    last_message_id: null,
    slow_mode_seconds: 0,
    user_limit: 0,
    permission_overwrites: [],
    recipients: [],
  };
}

function made(...channels: Channel[]) {
  return Object.fromEntries(channels.map((one) => [one.id, one]));
}

const channels = made(
  channel('rules', 0),
  channel('hello', 1),
  channel('games', 0, null, 'category'),
  channel('chess', 0, 'games'),
  channel('go', 1, 'games'),
  channel('work', 1, null, 'category'),
  channel('desk', 0, 'work'),
);
const groups = channelGroups(channels, server);
const open = rowsOf(groups, new Set(), () => false);

/** The list after the drop, as everybody sees it then. */
function listAfter(activeId: string, overId: string, rows = open) {
  const next = { ...channels };
  for (const { id, position, category_id } of drop(groups, rows, activeId, overId)) {
    const was = next[id];
    if (was) next[id] = { ...was, position, category_id };
  }
  return rowsOf(channelGroups(next, server), new Set(), () => false).map(({ kind, id }) => (kind === 'category' ? `[${id}]` : id));
}

describe('rows', () => {
  it('leave_out_what_is_in_a_closed_category_but_for_what_must_show', () => {
    expect(rowsOf(groups, new Set(['games']), (id) => id === 'go').map(({ id }) => id)).toEqual(['rules', 'hello', 'games', 'go', 'work', 'desk']);
  });
});

describe('a drop', () => {
  it('moves_a_channel_within_its_category_in_both_directions', () => {
    expect(listAfter('rules', 'hello')).toEqual(['hello', 'rules', '[games]', 'chess', 'go', '[work]', 'desk']);
    expect(listAfter('go', 'chess')).toEqual(['rules', 'hello', '[games]', 'go', 'chess', '[work]', 'desk']);
  });

  it('moves_a_channel_into_another_category', () => {
    expect(listAfter('rules', 'chess')).toEqual(['hello', '[games]', 'chess', 'rules', 'go', '[work]', 'desk']);
    expect(listAfter('desk', 'chess')).toEqual(['rules', 'hello', '[games]', 'desk', 'chess', 'go', '[work]']);
  });

  it('on_a_category_from_above_goes_into_it_and_from_below_to_the_end_of_the_one_before', () => {
    expect(listAfter('rules', 'games')).toEqual(['hello', '[games]', 'rules', 'chess', 'go', '[work]', 'desk']);
    expect(listAfter('desk', 'work')).toEqual(['rules', 'hello', '[games]', 'chess', 'go', 'desk', '[work]']);
  });

  it('at_the_top_takes_a_channel_out_of_its_category', () => {
    expect(listAfter('chess', 'rules')).toEqual(['chess', 'rules', 'hello', '[games]', 'go', '[work]', 'desk']);
  });

  it('in_a_closed_category_keeps_what_is_not_shown', () => {
    const closed = rowsOf(groups, new Set(['games']), () => false);
    expect(listAfter('rules', 'games', closed)).toEqual(['hello', '[games]', 'rules', 'chess', 'go', '[work]', 'desk']);
  });

  it('moves_a_category_with_all_that_is_in_it', () => {
    expect(listAfter('work', 'games')).toEqual(['rules', 'hello', '[work]', 'desk', '[games]', 'chess', 'go']);
    expect(listAfter('games', 'desk')).toEqual(['rules', 'hello', '[work]', 'desk', '[games]', 'chess', 'go']);
    expect(listAfter('work', 'rules')).toEqual(['rules', 'hello', '[work]', 'desk', '[games]', 'chess', 'go']);
  });

  it('where_it_came_from_changes_nothing', () => {
    expect(drop(groups, open, 'chess', 'chess')).toEqual([]);
    expect(drop(groups, open, 'chess', 'gone')).toEqual([]);
    expect(drop(groups, open, 'games', 'chess')).toEqual([]);
  });

  it('sends_only_what_changes', () => {
    expect(drop(groups, open, 'go', 'chess')).toEqual([
      { id: 'go', position: 0, category_id: 'games' },
      { id: 'chess', position: 1, category_id: 'games' },
    ]);
    expect(drop(groups, open, 'desk', 'work')).toEqual([{ id: 'desk', position: 2, category_id: 'games' }]);
  });
});

describe('the neighbour', () => {
  const ids = ['a', 'b', 'c'];

  it('is_next_to_a_channel_and_goes_round', () => {
    expect(neighbour(ids, 'a', 1)).toBe('b');
    expect(neighbour(ids, 'c', 1)).toBe('a');
    expect(neighbour(ids, 'a', -1)).toBe('c');
  });

  it('is_the_first_or_last_without_a_start', () => {
    expect(neighbour(ids, null, 1)).toBe('a');
    expect(neighbour(ids, 'gone', -1)).toBe('c');
    expect(neighbour([], 'a', 1)).toBeNull();
  });

  it('passes_over_what_is_not_wanted_and_is_never_the_channel_itself', () => {
    expect(neighbour(ids, 'a', 1, (id) => id === 'c')).toBe('c');
    expect(neighbour(ids, 'a', -1, (id) => id === 'b')).toBe('b');
    expect(neighbour(ids, 'a', 1, (id) => id === 'a')).toBeNull();
  });
});

describe('an order of ones own', () => {
  it('puts_what_came_since_behind', () => {
    const items = [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }];
    expect(inOrder(items, ['3', '1', 'gone']).map(({ id }) => id)).toEqual(['3', '1', '2', '4']);
  });
});

describe('moved', () => {
  it('leaves_the_list_as_it_is_without_an_item_to_move', () => {
    expect(moved(['a', 'b'], 5, 0)).toEqual(['a', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  });
});
