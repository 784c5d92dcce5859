import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { createGroup } from '@/actions/friends';
import { openConversation } from '@/actions/members';
import { closeDialog } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import { paths } from '@/app/paths';
import { Trouble } from '@/auth/Trouble';
import { store } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PeoplePicker } from './PeoplePicker';
import { groupMax, type Person, peopleToTalkTo } from './people';

/** One other is a conversation of two, more are a group. */
export function NewConversationDialog() {
  // As they were when the dialog opened: nobody moves under the finger.
  const [people] = useState(() => peopleToTalkTo(store.getState()));
  const [chosen, setChosen] = useState<Person[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [, navigate] = useLocation();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const [first, ...others] = chosen;
    if (busy || !first) return;
    setBusy(true);
    setProblem(null);
    try {
      const channel = await (others.length === 0 ? openConversation(first.user.id) : createGroup(chosen.map(({ user }) => user.id)));
      closeDialog();
      navigate(paths.channel(channel));
    } catch (reason) {
      setProblem(problemOf(reason));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={strings.create.title}
      description={strings.create.hint(groupMax - 1)}
      size="s"
      onClose={closeDialog}
      keepOnOutsidePress={chosen.length > 0}
      footer={
        <Button variant="primary" type="submit" form="new-conversation" busy={busy} disabled={chosen.length === 0}>
          {chosen.length === 0 ? strings.create.none : chosen.length === 1 ? strings.create.one : strings.create.group(chosen.length + 1)}
        </Button>
      }
    >
      <form id="new-conversation" onSubmit={submit}>
        <PeoplePicker label={strings.picker.label} people={people} chosen={chosen} onChange={setChosen} max={groupMax - 1} />
        <Trouble problem={problem} />
      </form>
    </Dialog>
  );
}
