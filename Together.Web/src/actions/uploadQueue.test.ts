import { describe, expect, test } from 'vitest';
import type { Problem } from '@/api/problem';
import type { Attachment } from '@/contracts';
import { chosenFiles, isUnfinished, noUploads, reduceUploads, sendable, startable, type UploadAction, uploadsOf } from './uploadQueue';

const problem: Problem = { code: 'offline', status: 0, detail: null, errors: {}, retryAfter: null };
const attachment = { id: 'a' } as Attachment;
const file = new File(['x'], 'x.txt');
const added = (channelId: string, ...ids: string[]): UploadAction => ({ type: 'added', channelId, files: ids.map((id) => ({ id, file })) });
const given = (...actions: UploadAction[]) => actions.reduce(reduceUploads, noUploads);
const started = (...ids: string[]): UploadAction[] => ids.map((id) => ({ type: 'started', id }));
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe('files', () => {
  test('go up three at a time, over all channels', () => {
    const five = [added('one', '1', '2', '3'), added('two', '4', '5')];
    expect(ids(startable(given(...five)))).toEqual(['1', '2', '3']);
    expect(ids(startable(given(...five, ...started('1', '2', '3'))))).toEqual([]);
    expect(ids(startable(given(...five, ...started('1', '2', '3'), { type: 'done', id: '2', attachment })))).toEqual(['4']);
    expect(ids(startable(given(...five, ...started('1', '2', '3'), { type: 'failed', id: '2', problem })))).toEqual(['4']);
  });

  test('that failed can be sent again, or taken away', () => {
    const failed = given(added('one', '1'), ...started('1'), { type: 'failed', id: '1', problem });
    expect(startable(failed)).toEqual([]);
    expect(ids(startable(reduceUploads(failed, { type: 'again', id: '1' })))).toEqual(['1']);
    expect(reduceUploads(failed, { type: 'removed', id: '1' }).list).toEqual([]);
  });

  test('that were taken away stay away', () => {
    const gone = given(added('one', '1'), ...started('1'), { type: 'removed', id: '1' }, { type: 'done', id: '1', attachment });
    expect(gone.list).toEqual([]);
  });

  test('of one channel are sent without those of another', () => {
    const sent = given(added('one', '1'), added('two', '2'), { type: 'sent', channelId: 'one' });
    expect([ids(uploadsOf(sent, 'one')), ids(uploadsOf(sent, 'two'))]).toEqual([[], ['2']]);
  });

  test('are asked about before the page goes while they are on their way', () => {
    const states = given(added('one', '1', '2', '3'), ...started('1', '2'), { type: 'done', id: '1', attachment });
    expect(states.list.map(isUnfinished)).toEqual([false, true, true]);
  });
});

describe('a message with files', () => {
  const sending: UploadAction = { type: 'sending', channelId: 'one', isSending: true };

  test('goes out when the last is there', () => {
    const half = given(added('one', '1', '2'), ...started('1', '2'), sending, { type: 'done', id: '1', attachment });
    expect(sendable(half)).toEqual([]);
    expect(sendable(reduceUploads(half, { type: 'done', id: '2', attachment }))).toEqual(['one']);
    expect(sendable(reduceUploads(half, { type: 'removed', id: '2' }))).toEqual(['one']);
  });

  test('waits for its writer when one fails', () => {
    const failed = given(added('one', '1'), ...started('1'), sending, { type: 'failed', id: '1', problem });
    expect(failed.sending).toEqual([]);
  });

  test('goes out once', () => {
    expect(sendable(given(added('one', '1'), sending, { type: 'done', id: '1', attachment }, { type: 'sent', channelId: 'one' }))).toEqual([]);
  });
});

describe('what the host would refuse', () => {
  const sized = (name: string, size: number) => ({ name, size });

  test('is not sent', () => {
    const { taken, refused } = chosenFiles([sized('empty', 0), sized('huge', 11), sized('a', 10), sized('b', 1), sized('c', 1)], 8, {
      count: 10,
      size: 10,
    });
    expect(taken.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(refused).toEqual([
      { name: 'empty', because: 'empty' },
      { name: 'huge', because: 'too_large' },
      { name: 'c', because: 'too_many' },
    ]);
  });
});
