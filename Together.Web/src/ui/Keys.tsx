import styles from './Keys.module.css';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const arrows = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };
const names: Readonly<Record<string, string>> = mac ? { ...arrows, Mod: '⌘', Alt: '⌥', Shift: '⇧', Ctrl: '⌃' } : { ...arrows, Mod: 'Ctrl' };

export interface KeysProps {
  /** Joined by `+`: `Mod+K`, where `Mod` is ⌘ on Apple's machines and Ctrl elsewhere. */
  keys: string;
}

export function Keys({ keys }: KeysProps) {
  return (
    <span className={styles.keys}>
      {keys.split(/(?<!^)\+(?!$)/).map((key) => (
        <kbd key={key} className={styles.key}>
          {names[key] ?? key}
        </kbd>
      ))}
    </span>
  );
}
