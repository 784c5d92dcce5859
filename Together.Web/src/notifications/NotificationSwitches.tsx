import { useState } from 'react';
import { notifications } from '@/strings/notifications';
import { Banner } from '@/ui/Banner';
import { Switch } from '@/ui/Switch';
import { askForNotifications, changePreferences, permission, usePreferences } from './preferences';
import { blip } from './sound';

const strings = notifications.settings;

/** Whether this device shows notifications and plays a sound; for the settings. */
export function NotificationSwitches() {
  const { shown, sound } = usePreferences();
  const [allowed, setAllowed] = useState(permission);
  const show = async (isWanted: boolean) => {
    if (!isWanted) changePreferences({ shown: false });
    else setAllowed(await askForNotifications());
  };
  return (
    <>
      <Switch
        label={strings.show}
        hint={strings.showHint}
        checked={shown && allowed === 'granted'}
        disabled={allowed === 'unsupported'}
        onChange={(isWanted) => void show(isWanted)}
      />
      {allowed === 'denied' && <Banner tone="warning">{strings.denied}</Banner>}
      {allowed === 'unsupported' && <Banner>{strings.unsupported}</Banner>}
      <Switch
        label={strings.sound}
        hint={strings.soundHint}
        checked={sound}
        onChange={(isWanted) => {
          changePreferences({ sound: isWanted });
          if (isWanted) blip();
        }}
      />
    </>
  );
}
