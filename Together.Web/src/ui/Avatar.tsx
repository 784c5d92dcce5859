import { type CSSProperties, useState } from 'react';
import styles from './Avatar.module.css';
import { cx } from './cx';
import { hueOf, initials } from './initials';
import { type Presence, PresenceDot } from './PresenceDot';

export interface AvatarProps {
  /** Decides the colour behind the initials. */
  id: string;
  name: string;
  url?: string | null;
  /** Pixels, 16–128. */
  size?: number;
  /** Read out as well. */
  presence?: Presence;
  /** The name is read out too: for where it does not stand beside the picture. */
  labelled?: boolean;
  className?: string;
}

export function Avatar({ presence, size = 40, labelled, className, ...face }: AvatarProps) {
  const dot = Math.max(8, Math.round(size * 0.28));
  return (
    <span className={cx(styles.avatar, className)} style={{ '--size': `${size}px`, '--dot': `${dot}px` } as CSSProperties}>
      <Face {...face} most={size < 28 ? 1 : 2} labelled={labelled} className={presence && styles.notched} />
      {presence && <PresenceDot status={presence} size={dot} className={styles.presence} />}
    </span>
  );
}

export interface ServerIconProps {
  id: string;
  name: string;
  url?: string | null;
  /** Pixels. */
  size?: number;
  labelled?: boolean;
  className?: string;
}

export function ServerIcon({ size = 48, labelled, className, ...face }: ServerIconProps) {
  return (
    <span className={cx(styles.avatar, styles.server, className)} style={{ '--size': `${size}px` } as CSSProperties}>
      <Face {...face} most={size < 28 ? 1 : 2} labelled={labelled} />
    </span>
  );
}

interface FaceProps extends Pick<AvatarProps, 'id' | 'name' | 'url' | 'labelled' | 'className'> {
  most: number;
}

function Face({ id, name, url, most, labelled, className }: FaceProps) {
  const [failed, setFailed] = useState<string>();
  if (url && url !== failed)
    return (
      <img
        src={url}
        alt={labelled ? name : ''}
        loading="lazy"
        decoding="async"
        draggable={false}
        onError={() => setFailed(url)}
        className={cx(styles.face, className)}
      />
    );
  return (
    <span
      className={cx(styles.face, styles.initials, styles[`hue${hueOf(id)}`], className)}
      data-initials={initials(name, most)}
      {...(labelled ? { role: 'img', 'aria-label': name } : { 'aria-hidden': true })}
    />
  );
}
