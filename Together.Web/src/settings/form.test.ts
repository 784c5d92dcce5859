import { act, createElement } from 'react';
import { expect, test, vi } from 'vitest';
import { ApiError } from '@/api/problem';
import { mount } from '@/ui/testing';
import { adopted, changes, type Form, useForm } from './form';

type Server = { name: string; topic: string };

async function open(stored: Server, save: (change: Partial<Server>) => Promise<void>) {
  const seen: { form?: Form<Server> } = {};
  function Probe({ stored }: { stored: Server }) {
    seen.form = useForm(stored, save);
    return null;
  }
  const { render } = await mount(createElement(Probe, { stored }));
  const form = () => {
    if (!seen.form) throw new Error('not rendered');
    return seen.form;
  };
  return { form, news: (next: Server) => render(createElement(Probe, { stored: next })) };
}

test('news do not overwrite what is being edited', () => {
  const base = { name: 'Raid', topic: 'old' };
  expect(adopted(base, { name: 'Friday raid', topic: 'old' }, { name: 'Monday', topic: 'new' })).toEqual({ name: 'Friday raid', topic: 'new' });
});

test('only what was changed is sent', () => {
  expect(changes({ name: 'a', topic: 'b' }, { name: 'a', topic: 'c' })).toEqual({ topic: 'c' });
});

test('a form keeps what was typed when the object changes, and reset shows the news', async () => {
  const { form, news } = await open({ name: 'Raid', topic: '' }, async () => {});
  await act(async () => form().set({ name: 'Friday' }));
  await news({ name: 'Monday', topic: 'x' });
  expect(form().draft).toEqual({ name: 'Friday', topic: 'x' });
  await act(async () => form().reset());
  expect(form().draft).toEqual({ name: 'Monday', topic: 'x' });
  expect(form().isDirty).toBe(false);
});

test('what was saved is clean before its event comes', async () => {
  const save = vi.fn(async () => {});
  const { form } = await open({ name: 'Raid', topic: '' }, save);
  await act(async () => form().set({ name: 'Friday' }));
  await act(() => form().submit());
  expect(save).toHaveBeenCalledExactlyOnceWith({ name: 'Friday' });
  expect(form()).toMatchObject({ isDirty: false, draft: { name: 'Friday', topic: '' } });
});

test('a refusal loses nothing', async () => {
  const problem = { code: 'invalid_body', status: 400, detail: null, errors: { name: ['is too long'] }, retryAfter: null };
  const { form } = await open({ name: 'Raid', topic: '' }, () => Promise.reject(new ApiError(problem)));
  await act(async () => form().set({ name: 'Friday' }));
  await act(() => form().submit());
  expect(form()).toMatchObject({ isDirty: true, busy: false, problem, draft: { name: 'Friday' } });
});
