import { act } from 'react';
import { expect, test } from 'vitest';
import { ContextMenu } from './ContextMenu';
import { MenuItem } from './Menu';
import { mount, the } from './testing';

const list = (
  <ContextMenu
    items={(target) => {
      const row = target.closest('[data-id]');
      return row && <MenuItem onSelect={() => {}}>Reply to {row.getAttribute('data-id')}</MenuItem>;
    }}
  >
    <ul>
      <li data-id="7">
        <em>hello</em>
      </li>
      <li id="divider">today</li>
    </ul>
  </ContextMenu>
);

async function rightClick(element: Element) {
  const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
  await act(async () => element.dispatchEvent(event));
  return event;
}

test('one menu serves every row of a list', async () => {
  await mount(list);
  expect((await rightClick(the('em'))).defaultPrevented).toBe(true);
  expect(the('[role="menuitem"]').textContent).toBe('Reply to 7');
});

test('where there are no items the browser shows its own menu', async () => {
  await mount(list);
  expect((await rightClick(the('#divider'))).defaultPrevented).toBe(false);
  expect(document.querySelector('[role="menu"]')).toBeNull();
});
