import type { ComponentProps } from 'react';
import { cx } from './cx';

/** Text for screen readers alone. */
export function VisuallyHidden({ className, ...props }: ComponentProps<'span'>) {
  return <span {...props} className={cx('visually-hidden', className)} />;
}
