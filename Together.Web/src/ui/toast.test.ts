import { expect, test, vi } from 'vitest';
import { connectToasts, onToastWaiting, toast } from './toast';

const region = () => ({ show: vi.fn(), close: vi.fn() });

test('toasts from before the region are shown once it is there', () => {
  const wake = vi.fn();
  const stop = onToastWaiting(wake);
  const gone = toast.show({ title: 'closed again' });
  toast.show({ id: 'save', title: 'Saving' });
  toast.show({ id: 'save', title: 'Saved' });
  toast.close(gone);
  expect(wake).toHaveBeenCalled();
  const sink = region();
  const leave = connectToasts(sink);
  expect(sink.show.mock.calls).toEqual([[{ id: 'save', title: 'Saved' }]]);
  toast.show({ id: 'later', title: 'Later' });
  toast.close('later');
  expect(sink.show).toHaveBeenCalledTimes(2);
  expect(sink.close).toHaveBeenCalledWith('later');
  leave();
  stop();
});

test('each toast has its own id', () => {
  const leave = connectToasts(region());
  expect(toast.show({ title: 'one' })).not.toBe(toast.show({ title: 'one' }));
  leave();
});
