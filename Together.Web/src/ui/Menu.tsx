import { Menu as Base } from '@base-ui/react/menu';
import { Check, ChevronRight } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx';
import { Keys } from './Keys';
import styles from './Menu.module.css';

export interface MenuProps {
  /** One button (`Button`, `IconButton`), which gets the menu's attributes. */
  trigger: ReactElement;
  /** `MenuItem`s and their kin. */
  children: ReactNode;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ trigger, children, side = 'bottom', align = 'start', open, onOpenChange }: MenuProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange?.(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} collisionPadding={8} className={styles.positioner}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps {
  children: ReactNode;
  icon?: ReactNode;
  /** As `Keys` takes it. Shown only: whoever owns the action listens for it. */
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

export function MenuItem({ children, icon, shortcut, danger, disabled, onSelect }: MenuItemProps) {
  return (
    <Base.Item disabled={disabled} onClick={onSelect} className={cx(styles.item, danger && styles.danger)}>
      <Icon>{icon}</Icon>
      <span className={styles.text}>{children}</span>
      {shortcut && (
        <span className={styles.keys}>
          <Keys keys={shortcut} />
        </span>
      )}
    </Base.Item>
  );
}

export interface MenuCheckboxItemProps {
  children: ReactNode;
  icon?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

/** Stays open when pressed. */
export function MenuCheckboxItem({ children, icon, checked, onChange, disabled }: MenuCheckboxItemProps) {
  return (
    <Base.CheckboxItem checked={checked} onCheckedChange={(next) => onChange(next)} disabled={disabled} className={styles.item}>
      <Icon>{icon}</Icon>
      <span className={styles.text}>{children}</span>
      <span className={styles.box}>
        <Base.CheckboxItemIndicator>
          <Check aria-hidden="true" />
        </Base.CheckboxItemIndicator>
      </span>
    </Base.CheckboxItem>
  );
}

export interface MenuRadioGroupProps<T extends string> {
  label: string;
  options: readonly { value: T; label: ReactNode; icon?: ReactNode; disabled?: boolean }[];
  value: T;
  onChange: (value: T) => void;
}

/** One of several; choosing closes the menu. */
export function MenuRadioGroup<T extends string>({ label, options, value, onChange }: MenuRadioGroupProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className={styles.label}>{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)} aria-label={label}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} disabled={option.disabled} closeOnClick className={styles.item}>
            <Icon>{option.icon}</Icon>
            <span className={styles.text}>{option.label}</span>
            <span className={styles.round}>
              <Base.RadioItemIndicator className={styles.dot} />
            </span>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className={styles.label}>{label}</Base.GroupLabel>
      {children}
    </Base.Group>
  );
}

export function MenuSeparator() {
  return <Base.Separator className={styles.separator} />;
}

export interface SubMenuProps {
  label: ReactNode;
  icon?: ReactNode;
  disabled?: boolean;
  children: ReactNode;
}

export function SubMenu({ label, icon, disabled, children }: SubMenuProps) {
  return (
    <Base.SubmenuRoot disabled={disabled}>
      <Base.SubmenuTrigger className={styles.item}>
        <Icon>{icon}</Icon>
        <span className={styles.text}>{label}</span>
        <ChevronRight className={styles.more} aria-hidden="true" />
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner alignOffset={-6} sideOffset={2} collisionPadding={8} className={styles.positioner}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  );
}

function Icon({ children }: { children: ReactNode }) {
  return (
    children && (
      <span className={styles.icon} aria-hidden="true">
        {children}
      </span>
    )
  );
}
