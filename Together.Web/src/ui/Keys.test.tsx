import { expect, test } from 'vitest';
import { Keys } from './Keys';
import { mount } from './testing';

test.each([
  ['Mod+K', ['Ctrl', 'K']],
  ['+', ['+']],
  ['Shift++', ['Shift', '+']],
])('%s is shown key by key', async (keys, shown) => {
  const { container } = await mount(<Keys keys={keys} />);
  expect([...container.querySelectorAll('kbd')].map(({ textContent }) => textContent)).toEqual(shown);
});
