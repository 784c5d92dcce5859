import { act } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { announce, LiveRegion } from './LiveRegion';
import { mount, the } from './testing';

beforeEach(async () => {
  vi.useFakeTimers();
  await mount(<LiveRegion />);
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

const say = (...texts: string[]) => act(async () => texts.forEach(announce));
const pass = (ms: number) => act(async () => vi.advanceTimersByTime(ms));
const heard = () => the('[aria-live="polite"]').textContent;

test('the first words are read at once, the next ones together a second later', async () => {
  await say('Ada: hello', 'Bo: hi', 'Cy: hey');
  expect(heard()).toBe('Ada: hello');
  await pass(999);
  expect(heard()).toBe('Ada: hello');
  await pass(1);
  expect(heard()).toBe('Bo: hi. Cy: hey');
});

test('of a flood only the newest are read', async () => {
  await say(...Array.from({ length: 50 }, (_, index) => `message ${index}`));
  await pass(1000);
  expect(heard()).toBe('message 46. message 47. message 48. message 49');
});

test('the same words are read again', async () => {
  await say('Copied');
  const first = heard();
  await pass(1000);
  await say('Copied');
  expect(heard()).not.toBe(first);
  expect(heard()?.trim()).toBe('Copied');
});
