import type { ReactNode } from 'react';
import { composer } from '@/strings/composer';
import { Keys } from '@/ui';
import styles from './Composer.module.css';

const { formats } = composer;

const rows: readonly [typed: string, shown: ReactNode, keys?: string][] = [
  [`**${formats.bold}**`, <b key="b">{formats.bold}</b>, 'Mod+B'],
  [`*${formats.italic}*`, <i key="i">{formats.italic}</i>, 'Mod+I'],
  [`__${formats.underline}__`, <u key="u">{formats.underline}</u>, 'Mod+U'],
  [`~~${formats.strike}~~`, <s key="s">{formats.strike}</s>, 'Mod+Shift+X'],
  [`\`${formats.code}\``, <code key="c">{formats.code}</code>, 'Mod+E'],
  ['```', formats.codeBlock],
  ['||…||', formats.spoiler],
  ['> …', formats.quote],
  ['- …', formats.list],
  ['# …', formats.heading],
  ['[…](https://…)', formats.link],
];

/** What can be done with a few signs. */
export default function FormatHelp() {
  return (
    <table className={styles.formats}>
      <thead>
        <tr>
          <th scope="col">{composer.youType}</th>
          <th scope="col">{composer.youGet}</th>
          <th scope="col">{composer.shortcut}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([typed, shown, keys]) => (
          <tr key={typed}>
            <td>
              <kbd>{typed}</kbd>
            </td>
            <td>{shown}</td>
            <td>{keys && <Keys keys={keys} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
