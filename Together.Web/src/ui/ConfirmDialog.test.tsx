import { act } from 'react';
import { expect, test, vi } from 'vitest';
import { ConfirmDialog } from './ConfirmDialog';
import { button, mount, press, the } from './testing';

async function ask(danger = false) {
  let resolve = () => {};
  let reject = (_: string) => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  const closed = vi.fn();
  const confirmed = vi.fn(() => promise);
  await mount(
    <ConfirmDialog
      title="Delete the channel?"
      confirmLabel="Delete"
      danger={danger}
      onConfirm={confirmed}
      onClose={closed}
      errorText={(reason) => `It failed: ${reason}`}
    />,
  );
  return { closed, confirmed, resolve: () => act(async () => resolve()), reject: (reason: string) => act(async () => reject(reason)) };
}

const pressEscape = () => act(async () => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })));

test('it is busy while the action runs, and closes after it', async () => {
  const { closed, confirmed, resolve } = await ask();
  await press(button('Delete'));
  expect(button('Delete').ariaBusy).toBe('true');
  await press(button('Delete'));
  expect(confirmed).toHaveBeenCalledOnce();
  expect(closed).not.toHaveBeenCalled();
  await resolve();
  expect(closed).toHaveBeenCalledOnce();
});

test('it cannot be left while the action runs', async () => {
  const { closed } = await ask();
  await press(button('Delete'));
  await press(button('Cancel'));
  await pressEscape();
  expect(closed).not.toHaveBeenCalled();
});

test('a failure is shown inside, and can be tried again', async () => {
  const { closed, confirmed, reject } = await ask();
  await press(button('Delete'));
  await reject('no answer');
  expect(the('[role="alert"]').textContent).toBe('It failed: no answer');
  expect(closed).not.toHaveBeenCalled();
  await press(button('Delete'));
  expect(confirmed).toHaveBeenCalledTimes(2);
});

test('Escape cancels', async () => {
  const { closed, confirmed } = await ask();
  await pressEscape();
  expect(closed).toHaveBeenCalledOnce();
  expect(confirmed).not.toHaveBeenCalled();
});

test('focus starts where Enter does no harm', async () => {
  await ask(true);
  await vi.waitFor(() => expect(document.activeElement).toBe(button('Cancel')));
});
