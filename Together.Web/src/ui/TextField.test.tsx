import { expect, test } from 'vitest';
import { TextField } from './TextField';
import { button, mount, press, the, type } from './testing';

const described = () =>
  (the('input').getAttribute('aria-describedby') ?? '')
    .split(' ')
    .filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent);

test('a field has its label as its name', async () => {
  await mount(<TextField label="Username" />);
  expect(the<HTMLInputElement>('input').labels?.[0]?.textContent).toBe('Username');
});

test('a hidden label is still the name', async () => {
  await mount(<TextField label="Search" hideLabel id="search" />);
  expect(the<HTMLInputElement>('#search').labels?.[0]?.textContent).toBe('Search');
});

test('an error makes the field invalid and is read before the hint', async () => {
  const { render } = await mount(<TextField label="Username" hint="Letters and digits" />);
  expect(the('input').ariaInvalid).toBeNull();
  expect(described()).toEqual(['Letters and digits']);
  await render(<TextField label="Username" hint="Letters and digits" error="That name is taken. Choose another." />);
  expect(the('input').ariaInvalid).toBe('true');
  expect(described()).toEqual(['That name is taken. Choose another.', 'Letters and digits']);
});

test('the place of an error is live before the error arrives', async () => {
  const { render } = await mount(<TextField label="Username" />);
  const live = the('[aria-live="polite"]');
  await render(<TextField label="Username" error="Too short." />);
  expect(live.textContent).toBe('Too short.');
});

test('a password is shown and hidden by a button that says so', async () => {
  await mount(<TextField label="Password" type="password" />);
  expect(the<HTMLInputElement>('input').type).toBe('password');
  await press(button('Show password'));
  expect(the<HTMLInputElement>('input').type).toBe('text');
  await press(button('Hide password'));
  expect(the<HTMLInputElement>('input').type).toBe('password');
});

test('the counter appears in the last fifth', async () => {
  await mount(<TextField label="Nickname" maxLength={10} />);
  await type(the('input'), '1234567');
  expect(described()).toEqual([]);
  await type(the('input'), '123456789');
  expect(described()).toEqual(['1 character left']);
});

test('the counter follows a value from outside', async () => {
  await mount(<TextField label="Nickname" maxLength={10} value="12345678" onChange={() => {}} />);
  expect(described()).toEqual(['2 characters left']);
});
