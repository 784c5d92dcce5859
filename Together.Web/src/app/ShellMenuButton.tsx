import { Menu } from 'lucide-react';
import { setDrawer } from '@/actions/view';
import { attentions } from '@/state/attention';
import { useApp } from '@/state/store';
import { shell } from '@/strings/shell';
import { UnreadDot } from '@/ui/Badge';
import { IconButton } from '@/ui/IconButton';
import styles from './ShellMenuButton.module.css';
import { useIsPhone } from './useMedia';

/** Where servers and channels are in a drawer, this opens it; elsewhere it is nothing. */
export function ShellMenuButton() {
  const isPhone = useIsPhone();
  const isOpen = useApp((state) => state.view.drawer === 'navigation');
  const calls = useApp((state) => attentions(state).mentions > 0);
  if (!isPhone) return null;
  return (
    <span className={styles.place}>
      <IconButton label={shell.openNavigation} tooltipSide={null} aria-expanded={isOpen} onClick={() => setDrawer('navigation')}>
        <Menu />
      </IconButton>
      {calls && <UnreadDot label={shell.unreadMessages} className={styles.dot} />}
    </span>
  );
}
