import {
  KeyboardSensor,
  type Modifier,
  MouseSensor,
  type ScreenReaderInstructions,
  TouchSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { sortableKeyboardCoordinates } from '@dnd-kit/sortable';
import { useMemo } from 'react';
import { shell } from '@/strings/shell';

/** A press that does not move is a click; on touch a short hold tells a drag from a scroll. */
export function useReorderSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: sortableKeyboardCoordinates,
      // Enter follows the link.
      keyboardCodes: { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] },
    }),
  );
}

/** Lists are sorted along themselves. */
export const upAndDown: Modifier[] = [({ transform }) => ({ ...transform, x: 0 })];

const screenReaderInstructions: ScreenReaderInstructions = { draggable: shell.move.instructions };

/** What is read out while something moves. */
export function useReorderWords(nameOf: (id: UniqueIdentifier) => string) {
  return useMemo(
    () => ({
      screenReaderInstructions,
      announcements: {
        onDragStart: ({ active }: { active: { id: UniqueIdentifier } }) => shell.move.started(nameOf(active.id)),
        onDragOver: ({ active, over }: Moving) => (over ? shell.move.over(nameOf(active.id), nameOf(over.id)) : undefined),
        onDragEnd: ({ active }: Moving) => shell.move.dropped(nameOf(active.id)),
        onDragCancel: ({ active }: Moving) => shell.move.cancelled(nameOf(active.id)),
      },
    }),
    [nameOf],
  );
}

interface Moving {
  active: { id: UniqueIdentifier };
  over: { id: UniqueIdentifier } | null;
}
