import { changeProfile, removeAvatar, uploadAvatar } from '@/actions/settings';
import { fieldError } from '@/auth/account';
import type { CurrentUser } from '@/contracts';
import { Markdown } from '@/markdown/Markdown';
import { useApp } from '@/state/store';
import { settings } from '@/strings/settings';
import { Avatar } from '@/ui/Avatar';
import { TextArea } from '@/ui/TextArea';
import { TextField } from '@/ui/TextField';
import { useForm } from './form';
import { PictureField } from './PictureField';
import styles from './ProfileSection.module.css';
import { Block } from './parts';
import { day } from './times';
import { UnsavedForm } from './UnsavedBar';

const words = settings.profile;

/** The protocol's limit of `about`. */
const aboutMax = 190;

export function ProfileSection() {
  const me = useApp((state) => state.me);
  return me && <Profile me={me} />;
}

function Profile({ me }: { me: CurrentUser }) {
  const nameMax = useApp((state) => state.instance?.limits.display_name_max);
  const stored = { display_name: me.display_name === me.username ? '' : me.display_name, about: me.about ?? '' };
  const form = useForm(stored, changeProfile);
  const { draft, set, problem } = form;
  const name = draft.display_name.trim() || me.username;
  return (
    <UnsavedForm form={form} className={styles.columns}>
      <div className={styles.fields}>
        <PictureField
          label={words.avatar}
          picture={<Avatar id={me.id} name={name} url={me.avatar_url} size={72} />}
          isSet={me.avatar_url !== null}
          shape="round"
          upload={uploadAvatar}
          remove={removeAvatar}
        />
        <TextField
          label={words.displayName}
          placeholder={me.username}
          maxLength={nameMax}
          autoComplete="nickname"
          hint={words.displayNameHint}
          value={draft.display_name}
          onChange={(event) => set({ display_name: event.target.value })}
          error={fieldError(problem, 'display_name')}
        />
        <TextArea
          label={words.about}
          maxLength={aboutMax}
          hint={words.aboutHint}
          value={draft.about}
          onChange={(event) => set({ about: event.target.value })}
          error={fieldError(problem, 'about')}
        />
      </div>
      <Block title={words.preview} className={styles.preview}>
        <div className={styles.card}>
          <div className={styles.banner} />
          <Avatar id={me.id} name={name} url={me.avatar_url} size={80} className={styles.avatar} />
          <div className={styles.name}>
            <bdi>{name}</bdi>
          </div>
          <div className={styles.username}>{me.username}</div>
          <div className={styles.about}>
            {draft.about.trim() ? <Markdown content={draft.about} /> : <p className={styles.none}>{words.noAbout}</p>}
          </div>
          <div className={styles.since}>{words.memberSince(day(me.created_at))}</div>
        </div>
      </Block>
    </UnsavedForm>
  );
}
