import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { attributesOf, getAppearance, parseAppearance, setAppearance } from './appearance';

const standard = { theme: 'system', density: 'cosy', motion: 'system' } as const;

afterEach(() => {
  setAppearance(standard);
  localStorage.clear();
  vi.unstubAllGlobals();
});

test('whatever the storage holds is an appearance', () => {
  expect(parseAppearance(null)).toEqual(standard);
  expect(parseAppearance('{"theme":"light","density":"compact","motion":"reduced"}')).toEqual({
    theme: 'light',
    density: 'compact',
    motion: 'reduced',
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(Object.keys(parseAppearance(text))).toEqual(Object.keys(standard));
    }),
  );
});

test('what the system decides is no attribute', () => {
  expect(attributesOf(standard)).toEqual({});
  expect(attributesOf({ theme: 'dark', density: 'compact', motion: 'reduced' })).toEqual({ theme: 'dark', density: 'compact', motion: 'reduced' });
});

test('a choice is applied and remembered', () => {
  setAppearance({ theme: 'light' });
  setAppearance({ density: 'compact' });
  expect(document.documentElement.dataset).toMatchObject({ theme: 'light', density: 'compact' });
  expect(parseAppearance(localStorage.getItem('together.appearance'))).toEqual({ theme: 'light', density: 'compact', motion: 'system' });
  setAppearance({ theme: 'system' });
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

test('a browser without storage still shows the choice', () => {
  vi.stubGlobal('localStorage', {
    setItem() {
      throw new DOMException('denied', 'SecurityError');
    },
    clear() {},
  });
  setAppearance({ theme: 'dark' });
  expect(getAppearance().theme).toBe('dark');
  expect(document.documentElement.dataset.theme).toBe('dark');
});
