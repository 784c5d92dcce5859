import { beforeEach, expect, test, vi } from 'vitest';
import { dispatch } from '@/state/store';
import { id, me } from '@/state/testing';
import { beforeKept, forget, keepFromNowOn, keepNow, kept } from './kept';

const here = id(20);
const there = id(21);
const draft = (text: string) => ({ text, replyTo: null }) as ReturnType<typeof kept>['drafts'][string];

keepFromNowOn();

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  dispatch({ type: 'signed_out', because: null });
  dispatch({ type: 'signed_in', me, ...kept(me.id) });
});

test('what is typed is kept, and gone when it is sent', () => {
  dispatch({ type: 'draft', channelId: here, draft: draft('half a') });
  vi.advanceTimersByTime(300);
  expect(kept(me.id).drafts).toEqual({ [here]: draft('half a') });
  dispatch({ type: 'draft', channelId: here, draft: null });
  vi.advanceTimersByTime(300);
  expect(kept(me.id).drafts).toEqual({});
});

test('a page that goes writes at once', () => {
  dispatch({ type: 'draft', channelId: here, draft: draft('half a') });
  window.dispatchEvent(new Event('pagehide'));
  expect(kept(me.id).drafts[here]?.text).toBe('half a');
});

test('what is not in the store yet is asked for before the session goes', () => {
  const stop = beforeKept(() => dispatch({ type: 'draft', channelId: here, draft: draft('the last letter') }));
  keepNow();
  dispatch({ type: 'signed_out', because: 'revoked' });
  stop();
  expect(kept(me.id).drafts[here]?.text).toBe('the last letter');
});

test('another tab’s draft is not written over', () => {
  localStorage.setItem(`together.kept.${me.id}.draft.${there}`, JSON.stringify(draft('of the other tab')));
  dispatch({ type: 'draft', channelId: here, draft: draft('mine') });
  vi.advanceTimersByTime(300);
  expect(Object.keys(kept(me.id).drafts).sort()).toEqual([here, there]);
});

test('messages that wait come back in their order', () => {
  const message = (nonce: string, createdAt: number) =>
    ({
      nonce,
      channelId: here,
      content: nonce,
      replyTo: null,
      attachmentIds: [],
      filenames: [],
      createdAt,
      status: 'sending',
      problem: null,
    }) as const;
  dispatch({ type: 'send', message: { ...message('b', 2), attachmentIds: [], filenames: [] } });
  dispatch({ type: 'send', message: { ...message('a', 1), attachmentIds: [], filenames: [] } });
  vi.advanceTimersByTime(300);
  expect(kept(me.id).outbox[here]?.map(({ nonce }) => nonce)).toEqual(['a', 'b']);
});

test('what cannot be read is left out', () => {
  localStorage.setItem(`together.kept.${me.id}.draft.${there}`, '{broken');
  localStorage.setItem(`together.kept.${me.id}.outgoing.x`, '7');
  expect(kept(me.id)).toEqual({ drafts: {}, outbox: {} });
});

test('whoever logs out leaves nothing behind', () => {
  dispatch({ type: 'draft', channelId: here, draft: draft('half a') });
  vi.advanceTimersByTime(300);
  forget(me.id);
  expect(Object.keys(localStorage)).toEqual([]);
});
