import { Dialog } from '@base-ui/react/dialog';
import { ArrowLeft, ChevronRight, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useIsPhone } from '@/app/useMedia';
import { settings } from '@/strings/settings';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { cx } from '@/ui/cx';
import { IconButton } from '@/ui/IconButton';
import styles from './SettingsFrame.module.css';

export interface SettingsSection<T extends string> {
  id: T;
  label: string;
  icon: ReactNode;
  /** Sections of one group stand together, below its name. */
  group?: string;
}

interface SettingsFrameProps<T extends string> {
  title: string;
  /** Above the sections. */
  header?: ReactNode;
  /** Below the sections. */
  footer?: ReactNode;
  sections: readonly SettingsSection<T>[];
  current: T;
  /** On phones it opens with the list of sections. */
  startsAtList: boolean;
  onSection: (section: T) => void;
  onClose: () => void;
  children: ReactNode;
}

interface Unsaved {
  tell: (id: string, isDirty: boolean) => void;
  leave: (then: () => void) => void;
}

const UnsavedContext = createContext<Unsaved>({ tell: () => {}, leave: (then) => then() });

/** While it is dirty, leaving the section is asked about. */
export function useUnsaved(isDirty: boolean): void {
  const { tell } = useContext(UnsavedContext);
  const id = useId();
  useEffect(() => {
    tell(id, isDirty);
    return () => tell(id, false);
  }, [tell, id, isDirty]);
}

/** Does what would throw away unsaved changes; asks before, if there are any. */
export function useLeave(): (then: () => void) => void {
  return useContext(UnsavedContext).leave;
}

/** Settings over the whole window: sections at the side, one of them open. On phones one or the other. */
export function SettingsFrame<T extends string>(props: SettingsFrameProps<T>) {
  const { title, header, footer, sections, current, startsAtList, onSection, onClose, children } = props;
  const isPhone = useIsPhone();
  const [atList, setAtList] = useState(startsAtList);
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  const dirty = useRef(new Set<string>());
  const tell = useCallback((id: string, isDirty: boolean) => {
    if (isDirty) dirty.current.add(id);
    else dirty.current.delete(id);
  }, []);
  const popup = useRef<HTMLDivElement>(null);
  const main = useRef<HTMLElement>(null);

  const leave = useCallback((then: () => void) => {
    if (dirty.current.size > 0) setLeaving(() => then);
    else then();
  }, []);
  const unsaved = useMemo(() => ({ tell, leave }), [tell, leave]);
  const open = (section: T) =>
    leave(() => {
      setAtList(false);
      onSection(section);
      if (main.current) main.current.scrollTop = 0;
    });
  const name = sections.find(({ id }) => id === current)?.label ?? title;
  const showsList = !isPhone || atList;
  const showsSection = !isPhone || !atList;

  return (
    <Dialog.Root open onOpenChange={(next) => next || leave(onClose)} disablePointerDismissal>
      <Dialog.Portal>
        <Dialog.Popup ref={popup} initialFocus={popup} className={styles.frame}>
          <Dialog.Title className="visually-hidden">{title}</Dialog.Title>
          {showsList && (
            <nav className={styles.side} aria-label={title}>
              <div className={styles.list}>
                {isPhone && (
                  <div className={styles.top}>
                    <h2 className={styles.heading}>{title}</h2>
                    <Close />
                  </div>
                )}
                {!isPhone && header}
                {groupsOf(sections).map(({ group, members }) => (
                  <div key={group ?? ''} className={styles.group}>
                    {group && <h3 className={styles.groupName}>{group}</h3>}
                    <ul>
                      {members.map(({ id, label, icon }) => (
                        <li key={id}>
                          <button
                            type="button"
                            aria-current={!isPhone && id === current ? 'page' : undefined}
                            className={styles.item}
                            onClick={() => (id === current && !isPhone ? undefined : open(id))}
                          >
                            <span aria-hidden="true" className={styles.icon}>
                              {icon}
                            </span>
                            {label}
                            {isPhone && <ChevronRight aria-hidden="true" size={18} className={styles.chevron} />}
                          </button>
                        </li>
                      ))}
                    </ul>
                  </div>
                ))}
                {footer && <div className={styles.footer}>{footer}</div>}
              </div>
            </nav>
          )}
          {showsSection && (
            <main ref={main} className={styles.main}>
              <div className={styles.content}>
                <div className={cx(styles.top, styles.sticky)}>
                  {isPhone && (
                    <IconButton label={settings.back} tooltipSide="bottom" onClick={() => leave(() => setAtList(true))}>
                      <ArrowLeft />
                    </IconButton>
                  )}
                  <h2 className={styles.heading}>{name}</h2>
                  <Close />
                </div>
                <UnsavedContext value={unsaved}>{children}</UnsavedContext>
              </div>
            </main>
          )}
          {leaving && (
            <ConfirmDialog
              danger
              title={settings.leaveTitle}
              body={settings.leaveBody}
              confirmLabel={settings.leaveConfirm}
              cancelLabel={settings.leaveCancel}
              onConfirm={() => {
                dirty.current.clear();
                leaving();
              }}
              onClose={() => setLeaving(null)}
            />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Close() {
  return (
    <Dialog.Close
      render={
        <IconButton label={settings.close} shortcut="Esc" tooltipSide="bottom" variant="secondary" className={styles.close}>
          <X />
        </IconButton>
      }
    />
  );
}

function groupsOf<T extends string>(sections: readonly SettingsSection<T>[]) {
  const groups: { group: string | undefined; members: SettingsSection<T>[] }[] = [];
  for (const section of sections) {
    const last = groups.at(-1);
    if (last && last.group === section.group) last.members.push(section);
    else groups.push({ group: section.group, members: [section] });
  }
  return groups;
}
