import { cx } from '@/ui/cx';
import styles from './RoleDot.module.css';

/** @param color 0xRRGGBB, 0 for none */
export function RoleDot({ color }: { color: number }) {
  return (
    <span
      aria-hidden="true"
      className={cx(styles.dot, color === 0 && styles.none)}
      style={color === 0 ? undefined : { backgroundColor: `#${color.toString(16).padStart(6, '0')}` }}
    />
  );
}
