import { act } from 'react';
import { expect, test } from 'vitest';
import { Avatar } from './Avatar';
import { mount, the } from './testing';

test('a picture that fails gives way to the initials, and the next picture is tried', async () => {
  const { render } = await mount(<Avatar id="1" name="Ada Lovelace" url="/gone.webp" />);
  await act(async () => the('img').dispatchEvent(new Event('error')));
  expect(the<HTMLElement>('[data-initials]').dataset.initials).toBe('AL');
  await render(<Avatar id="1" name="Ada Lovelace" url="/new.webp" />);
  expect(the<HTMLImageElement>('img').getAttribute('src')).toBe('/new.webp');
});

test('beside its name a picture says nothing, alone it says the name', async () => {
  const { render } = await mount(<Avatar id="1" name="Ada" url="/ada.webp" />);
  expect(the<HTMLImageElement>('img').alt).toBe('');
  await render(<Avatar id="1" name="Ada" url="/ada.webp" labelled />);
  expect(the<HTMLImageElement>('img').alt).toBe('Ada');
  await render(<Avatar id="1" name="Ada" labelled />);
  expect(the('[role="img"]').ariaLabel).toBe('Ada');
});

test('presence is said in words', async () => {
  const { container } = await mount(<Avatar id="1" name="Ada" url="/ada.webp" presence="dnd" />);
  expect(container.textContent).toBe('Do not disturb');
});
