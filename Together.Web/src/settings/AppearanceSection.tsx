import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { setTheme } from '@/actions/settings';
import { attempt } from '@/app/attempt';
import { settings } from '@/strings/settings';
import { setAppearance, useAppearance } from '@/theme/appearance';
import { Avatar } from '@/ui/Avatar';
import { RadioGroup } from '@/ui/RadioGroup';
import { Switch } from '@/ui/Switch';
import styles from './AppearanceSection.module.css';
import { Block, Blocks } from './parts';
import parts from './parts.module.css';

const words = settings.appearance;
const themes: readonly { value: 'system' | 'dark' | 'light'; icon: ReactNode }[] = [
  { value: 'system', icon: <Monitor /> },
  { value: 'dark', icon: <Moon /> },
  { value: 'light', icon: <Sun /> },
];

export function AppearanceSection() {
  const { theme, density, motion } = useAppearance();
  return (
    <Blocks>
      <Block title={words.theme} hint={words.themeHint}>
        <fieldset className={styles.themes}>
          <legend className="visually-hidden">{words.theme}</legend>
          {themes.map(({ value, icon }) => (
            <label key={value} className={styles.theme}>
              <input
                type="radio"
                name="theme"
                value={value}
                checked={theme === value}
                onChange={() => void attempt(setTheme(value))}
                className="visually-hidden"
              />
              <span aria-hidden="true">{icon}</span>
              {words.themes[value]}
            </label>
          ))}
        </fieldset>
      </Block>
      <Block title={words.density} hint={words.densityHint}>
        <RadioGroup
          label={words.density}
          hideLabel
          options={(['cosy', 'compact'] as const).map((value) => ({ value, ...words.densities[value] }))}
          value={density}
          onChange={(value) => setAppearance({ density: value })}
        />
      </Block>
      <Block>
        <Switch
          label={words.motion}
          hint={words.motionHint}
          checked={motion === 'reduced'}
          onChange={(isReduced) => setAppearance({ motion: isReduced ? 'reduced' : 'system' })}
        />
      </Block>
      <Block title={words.preview}>
        <div className={parts.card}>
          {words.example.map(({ id, name, at, text }) => (
            <div key={id} className={density === 'compact' ? styles.compact : styles.message}>
              {density === 'cosy' && <Avatar id={id} name={name} size={40} />}
              <div>
                <span className={styles.name}>{name}</span> <span className={styles.time}>{at}</span>
                {density === 'cosy' ? <p>{text}</p> : ` ${text}`}
              </div>
            </div>
          ))}
        </div>
      </Block>
    </Blocks>
  );
}
