import { expect, test, vi } from 'vitest';
import { Button } from './Button';
import { IconButton } from './IconButton';
import { button, mount, press } from './testing';

test('a busy button swallows presses and can keep the focus', async () => {
  const pressed = vi.fn();
  await mount(
    <Button busy onClick={pressed}>
      Save
    </Button>,
  );
  await press(button('Save'));
  expect(pressed).not.toHaveBeenCalled();
  expect(button('Save').disabled).toBe(false);
  expect(button('Save').ariaBusy).toBe('true');
  expect(button('Save').ariaDisabled).toBe('true');
});

test('a busy button does not submit its form', async () => {
  const submitted = vi.fn((event: { preventDefault(): void }) => event.preventDefault());
  const { render } = await mount(
    <form onSubmit={submitted}>
      <Button type="submit" busy>
        Save
      </Button>
    </form>,
  );
  await press(button('Save'));
  expect(submitted).not.toHaveBeenCalled();
  await render(
    <form onSubmit={submitted}>
      <Button type="submit">Save</Button>
    </form>,
  );
  await press(button('Save'));
  expect(submitted).toHaveBeenCalledOnce();
});

test('an icon button has its label as name and tooltip', async () => {
  await mount(
    <IconButton label="Settings" shortcut="Mod+,">
      <svg aria-hidden="true" />
    </IconButton>,
  );
  expect(button('Settings').dataset).toMatchObject({ tooltip: 'Settings', tooltipKeys: 'Mod+,' });
});

test('a busy icon button swallows presses', async () => {
  const pressed = vi.fn();
  await mount(
    <IconButton label="Send" busy onClick={pressed}>
      <svg aria-hidden="true" />
    </IconButton>,
  );
  await press(button('Send'));
  expect(pressed).not.toHaveBeenCalled();
});
