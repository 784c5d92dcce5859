import { ExternalLink } from 'lucide-react';
import { changeInstance, runsInstance } from '@/actions/settings';
import { fieldError } from '@/auth/account';
import type { Instance } from '@/contracts';
import { useApp } from '@/state/store';
import { auth } from '@/strings/auth';
import { settings } from '@/strings/settings';
import { RadioGroup } from '@/ui/RadioGroup';
import { TextField } from '@/ui/TextField';
import { useForm } from './form';
import { Block, Blocks, LoadFailed, LoadingRows, Row } from './parts';
import parts from './parts.module.css';
import { UnsavedForm } from './UnsavedBar';
import { useFetched } from './useFetched';

const words = settings.instance;

export function InstanceSection() {
  const instance = useApp((state) => state.instance);
  const { data: isMine, problem, busy, again } = useFetched(runsInstance);
  if (!instance) return null;
  if (isMine) return <InstanceForm instance={instance} />;
  return (
    <Blocks>
      {isMine === null && (problem && !busy ? <LoadFailed problem={problem} busy={busy} onRetry={again} /> : <LoadingRows rows={2} />)}
      {isMine === false && (
        <Block hint={words.notYours}>
          <div className={parts.list}>
            <Row title={words.name}>
              <bdi>{instance.name}</bdi>
            </Row>
            <Row title={words.registration}>{words.registrations[instance.registration]}</Row>
          </div>
        </Block>
      )}
      <About version={instance.version} />
    </Blocks>
  );
}

function About({ version }: { version: string }) {
  return (
    <Block title={words.about}>
      <div className={parts.list}>
        <Row title={words.version}>{version}</Row>
        <Row title={words.api} hint={words.apiHint}>
          <a href="/openapi/v1.json" target="_blank" rel="noreferrer" className={parts.link}>
            /openapi/v1.json <ExternalLink aria-hidden="true" size={14} />
          </a>
        </Row>
      </div>
    </Block>
  );
}

function InstanceForm({ instance }: { instance: Instance }) {
  const { name, registration, limits } = instance;
  const form = useForm({ name, registration }, changeInstance);
  const { draft, set, problem } = form;
  return (
    <UnsavedForm form={form} className={parts.fields}>
      <TextField
        label={words.name}
        maxLength={limits.instance_name_max}
        hint={words.nameHint}
        value={draft.name}
        onChange={(event) => set({ name: event.target.value })}
        error={draft.name.trim() ? fieldError(problem, 'name') : auth.required}
      />
      <RadioGroup
        label={words.registration}
        options={(['invite', 'open', 'closed'] as const).map((value) => ({ value, ...auth.registration[value] }))}
        value={draft.registration}
        onChange={(value) => set({ registration: value })}
      />
      <About version={instance.version} />
    </UnsavedForm>
  );
}
