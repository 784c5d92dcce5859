import { keybinds } from '@/strings/keybinds';
import { settings } from '@/strings/settings';
import { Keys } from '@/ui/Keys';
import { Block, Blocks, Row } from './parts';
import parts from './parts.module.css';

export function KeybindsSection() {
  return (
    <Blocks>
      <Block hint={settings.keys.hint}>
        <ul className={parts.list}>
          {keybinds.map(({ keys, does }) => (
            <li key={keys}>
              <Row title={does}>
                <Keys keys={keys} />
              </Row>
            </li>
          ))}
        </ul>
      </Block>
    </Blocks>
  );
}
