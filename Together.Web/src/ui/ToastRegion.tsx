import { Toast } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { useEffect } from 'react';
import { ui } from '@/strings/ui';
import { Button } from './Button';
import { IconButton } from './IconButton';
import styles from './Toast.module.css';
import { connectToasts, type ToastOptions } from './toast';

const icons = { info: Info, success: CircleCheck, error: CircleAlert };
const manager = Toast.createToastManager<ToastOptions>();

/** Where `toast.show` shows; mounted once, by `UiProvider`, with the first toast. */
export function ToastRegion() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Connection />
      <Toast.Portal>
        <Toast.Viewport aria-label={ui.notifications} className={styles.viewport}>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Connection() {
  useEffect(
    () =>
      connectToasts({
        show(options) {
          const lasting = options.action || options.tone === 'error' ? 10_000 : 5_000;
          manager.add({ id: options.id, title: options.title, description: options.body, timeout: options.duration ?? lasting, data: options });
        },
        close: (id) => manager.close(id),
      }),
    [],
  );
  return null;
}

function List() {
  const { toasts, close } = Toast.useToastManager<ToastOptions>();
  return toasts.map((shown) => {
    const { tone = 'info', action } = shown.data ?? {};
    const Icon = icons[tone];
    return (
      <Toast.Root key={shown.id} toast={shown} className={styles.toast}>
        <Toast.Content className={styles.content}>
          <Icon className={`${styles.icon} ${styles[tone]}`} aria-hidden="true" />
          <div className={styles.text}>
            <Toast.Title className={styles.title} render={<div />} />
            <Toast.Description className={styles.body} />
          </div>
          {action && (
            <Button
              size="s"
              onClick={() => {
                close(shown.id);
                action.onSelect();
              }}
            >
              {action.label}
            </Button>
          )}
          <Toast.Close
            render={
              <IconButton size="s" label={ui.dismiss} tooltipSide={null}>
                <X />
              </IconButton>
            }
          />
        </Toast.Content>
      </Toast.Root>
    );
  });
}
