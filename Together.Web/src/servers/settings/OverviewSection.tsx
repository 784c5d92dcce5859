import { useState } from 'react';
import { removeIcon, renameServer, uploadIcon } from '@/actions/serverSettings';
import { openDialog } from '@/actions/view';
import { fieldError } from '@/auth/account';
import { useForm } from '@/settings/form';
import { PictureField } from '@/settings/PictureField';
import { Block, Blocks, Row } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { UnsavedForm } from '@/settings/UnsavedBar';
import { userName } from '@/state/names';
import type { Community, Id } from '@/state/state';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar, ServerIcon } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/TextField';
import { TransferDialog } from './TransferDialog';

const words = serverSettings.overview;

export function OverviewSection({ serverId }: { serverId: Id }) {
  const server = useApp((state) => state.servers[serverId]);
  const isOwner = useApp((state) => state.servers[serverId]?.owner_id === state.me?.id);
  if (!server) return null;
  return (
    <Blocks>
      <PictureField
        label={words.icon}
        picture={<ServerIcon id={serverId} name={server.name} url={server.icon_url} size={72} />}
        isSet={server.icon_url !== null}
        shape="rect"
        upload={(picture, transfer) => uploadIcon(serverId, picture, transfer)}
        remove={() => removeIcon(serverId)}
      />
      <Name server={server} />
      <Owner server={server} isOwner={isOwner} />
      {isOwner && (
        <Block title={words.danger} hint={words.dangerHint}>
          <Button variant="danger" onClick={() => openDialog({ kind: 'delete_server', serverId })}>
            {words.delete}
          </Button>
        </Block>
      )}
    </Blocks>
  );
}

function Name({ server }: { server: Community }) {
  const max = useApp((state) => state.instance?.limits.server_name_max);
  const form = useForm({ name: server.name }, ({ name = '' }) => renameServer(server.id, name.trim()));
  const missing = form.draft.name.trim() ? undefined : words.required;
  return (
    <Block>
      <UnsavedForm form={form} error={missing} className={parts.fields}>
        <TextField
          label={words.name}
          maxLength={max}
          autoComplete="off"
          value={form.draft.name}
          onChange={(event) => form.set({ name: event.target.value })}
          error={missing ?? fieldError(form.problem, 'name')}
        />
      </UnsavedForm>
    </Block>
  );
}

function Owner({ server, isOwner }: { server: Community; isOwner: boolean }) {
  const owner = useApp((state) => state.users[server.owner_id]);
  const [transferring, setTransferring] = useState(false);
  const name = owner ? userName(owner) : '';
  return (
    <Block title={words.owner} hint={words.ownerHint}>
      <div className={parts.list}>
        <Row icon={<Avatar id={server.owner_id} name={name} url={owner?.avatar_url} size={36} />} title={<bdi>{name}</bdi>} hint={owner?.username}>
          {isOwner && <Button onClick={() => setTransferring(true)}>{words.transfer}</Button>}
        </Row>
      </div>
      {transferring && <TransferDialog serverId={server.id} onClose={() => setTransferring(false)} />}
    </Block>
  );
}
