import { expect, it } from 'vitest';
import type { Overwrite } from '@/contracts';
import { Permission } from '@/state/permissions';
import { changed, choiceOf, privateTo, withChoice } from './overwrites';

const empty: Overwrite = { id: 'r', type: 'role', allow: '0', deny: '0' };

it('a_choice_takes_back_the_other_one_and_leaves_the_rest', () => {
  const denied = withChoice(withChoice(empty, 'VIEW_CHANNEL', 'allow'), 'SEND_MESSAGES', 'deny');
  expect([choiceOf(denied, 'VIEW_CHANNEL'), choiceOf(denied, 'SEND_MESSAGES')]).toEqual(['allow', 'deny']);
  const turned = withChoice(denied, 'SEND_MESSAGES', 'allow');
  expect(turned).toEqual({ ...empty, allow: String(Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES), deny: '0' });
  expect(withChoice(turned, 'SEND_MESSAGES', 'inherit')).toEqual({ ...empty, allow: '1', deny: '0' });
});

it('only_what_changed_is_sent_and_what_is_gone_comes_empty', () => {
  const before: Overwrite[] = [
    { id: 'a', type: 'role', allow: '1', deny: '0' },
    { id: 'b', type: 'role', allow: '0', deny: '2' },
    { id: 'c', type: 'member', allow: '2', deny: '0' },
  ];
  const after: Overwrite[] = [
    { id: 'a', type: 'role', allow: '1', deny: '0' },
    { id: 'b', type: 'role', allow: '2', deny: '0' },
    { id: 'd', type: 'role', allow: '0', deny: '0' },
  ];
  expect(changed(before, after)).toEqual([
    { id: 'b', type: 'role', allow: '2', deny: '0' },
    { id: 'c', type: 'member', allow: '0', deny: '0' },
  ]);
});

it('a_private_channel_is_closed_to_everyone_and_open_to_whoever_made_it', () => {
  const [everyone, creator] = privateTo('s', 'u');
  expect(everyone && choiceOf(everyone, 'VIEW_CHANNEL')).toBe('deny');
  expect(creator && choiceOf(creator, 'VIEW_CHANNEL')).toBe('allow');
});
