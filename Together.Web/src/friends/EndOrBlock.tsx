import { block, endRelationship } from '@/actions/members';
import { problemOf } from '@/api/problem';
import type { User } from '@/contracts';
import { userName } from '@/state/names';
import { friends as strings } from '@/strings/friends';
import { problemText } from '@/strings/problems';
import { ConfirmDialog } from '@/ui/ConfirmDialog';

export interface EndOrBlockAsked {
  what: 'end' | 'block';
  user: User;
}

/** Asks before a friendship ends or somebody is blocked. */
export function EndOrBlock({ what, user, onClose }: EndOrBlockAsked & { onClose: () => void }) {
  const name = userName(user);
  const isBlock = what === 'block';
  return (
    <ConfirmDialog
      danger
      title={isBlock ? strings.blockTitle(name) : strings.removeTitle(name)}
      body={isBlock ? strings.blockBody : strings.removeBody}
      confirmLabel={isBlock ? strings.blockConfirm : strings.removeConfirm}
      onConfirm={() => (isBlock ? block(user.id) : endRelationship(user.id))}
      onClose={onClose}
      errorText={(reason) => problemText(problemOf(reason))}
    />
  );
}
