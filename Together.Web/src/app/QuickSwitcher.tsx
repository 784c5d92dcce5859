import { Hash } from 'lucide-react';
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { openConversation } from '@/actions/members';
import { closeDialog } from '@/actions/view';
import { GroupIcon } from '@/friends/GroupIcon';
import { presenceOf } from '@/members/presence';
import { attentions } from '@/state/attention';
import { userName } from '@/state/names';
import { getPlaces } from '@/state/places';
import { store, useApp } from '@/state/store';
import { switcher as strings } from '@/strings/switcher';
import { Avatar, ServerIcon } from '@/ui/Avatar';
import { Badge, UnreadDot } from '@/ui/Badge';
import { cx } from '@/ui/cx';
import { Dialog } from '@/ui/Dialog';
import { attempt } from './attempt';
import { paths } from './paths';
import styles from './QuickSwitcher.module.css';
import { allSwitches, type Switch, switchesFor } from './quickSwitches';

/** Goes anywhere by a few letters. */
export function QuickSwitcher() {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [, navigate] = useLocation();
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  // As it was when it opened: nothing moves under the finger.
  const [all] = useState(() => allSwitches(store.getState()));
  const items = useMemo(() => switchesFor(store.getState(), all, text, getPlaces().recent), [all, text]);
  const current = items[active];

  const go = ({ kind, id }: Switch) => {
    closeDialog();
    const channel = store.getState().channels[id];
    if (kind === 'server') navigate(paths.server(id));
    else if (kind === 'person') void attempt(openConversation(id).then((opened) => navigate(paths.channel(opened))));
    else if (channel) navigate(paths.channel(channel));
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && items.length > 0) {
      event.preventDefault();
      setActive((active + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length);
    } else if (event.key === 'Enter' && current) {
      event.preventDefault();
      go(current);
    }
  };
  const optionId = (index: number) => `${listId}-${index}`;
  useLayoutEffect(() => {
    document.getElementById(`${listId}-${active}`)?.scrollIntoView?.({ block: 'nearest' });
  }, [listId, active]);

  return (
    <Dialog title={strings.title} size="s" onClose={closeDialog} className={styles.dialog} initialFocus={input}>
      <input
        ref={input}
        dir="auto"
        role="combobox"
        aria-label={strings.field}
        aria-expanded={items.length > 0}
        aria-controls={listId}
        aria-activedescendant={current && optionId(active)}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        className={styles.input}
        placeholder={strings.placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={press}
      />
      <div id={listId} role="listbox" aria-label={strings.results} className={styles.list}>
        {items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the field, which has the focus
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={`${item.kind} ${item.id}`}
            id={optionId(index)}
            role="option"
            aria-selected={item === current}
            className={cx(styles.option, item === current && styles.active)}
            onPointerMove={() => index !== active && setActive(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => go(item)}
          >
            <Content item={item} />
          </div>
        ))}
      </div>
      {items.length === 0 && (
        <div className={styles.nothing}>
          <p>{text.trim() ? strings.nothing(text.trim()) : strings.empty}</p>
          <p className={styles.detail}>{text.trim() ? strings.nothingBody : strings.emptyBody}</p>
        </div>
      )}
      <p className={styles.hint}>{strings.hint}</p>
    </Dialog>
  );
}

function Content({ item }: { item: Switch }) {
  const attention = useApp((state) => (item.kind === 'server' ? attentions(state).servers[item.id] : attentions(state).channels[item.id]));
  return (
    <>
      <Face item={item} />
      <span className={cx(styles.name, attention?.unread && styles.unread)}>
        <bdi>{item.kind === 'person' ? strings.begin(item.name) : item.name}</bdi>
      </span>
      <bdi className={styles.detail}>{item.detail}</bdi>
      {attention && attention.mentions > 0 ? (
        <Badge count={attention.mentions} label={strings.mentions(attention.mentions)} />
      ) : (
        attention?.unread && <UnreadDot label={strings.unread} />
      )}
    </>
  );
}

function Face({ item }: { item: Switch }) {
  const channel = useApp((state) => state.channels[item.id]);
  const other = useApp((state) => (item.kind === 'person' ? state.users[item.id] : state.channels[item.id]?.recipients[0]));
  const presence = useApp((state) => (other ? presenceOf(state.presences[other.id]) : 'offline'));
  const url = useApp((state) => state.servers[item.id]?.icon_url);
  if (item.kind === 'server') return <ServerIcon id={item.id} name={item.name} url={url} size={26} />;
  if (item.kind === 'channel') return <Hash aria-hidden="true" className={styles.hash} />;
  if (channel?.type === 'group_dm' || !other) return <GroupIcon people={channel?.recipients ?? []} size={26} />;
  return <Avatar id={other.id} name={userName(other)} url={other.avatar_url} size={26} presence={presence} />;
}
