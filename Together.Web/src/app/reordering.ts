import {
  closestCenter,
  type DndContextProps,
  type DragEndEvent,
  KeyboardSensor,
  type Modifier,
  MouseSensor,
  TouchSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from '@dnd-kit/core';
import { sortableKeyboardCoordinates } from '@dnd-kit/sortable';
import { useMemo } from 'react';
import { shell } from '@/strings/shell';

/** Lists are sorted along themselves. */
const modifiers: Modifier[] = [({ transform }) => ({ ...transform, x: 0 })];

const screenReaderInstructions = { draggable: shell.move.instructions };

/**
 * What a DndContext needs for a list of links that its reader puts in order: by mouse, by touch after a short hold, or by the space key.
 * @param nameOf for reading out what moves; the same function every time
 */
export function useReordering(nameOf: (id: UniqueIdentifier) => string, onMove: (id: string, overId: string) => void): DndContextProps {
  const sensors = useSensors(
    // A press that does not move is a click.
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: sortableKeyboardCoordinates,
      // Enter follows the link.
      keyboardCodes: { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] },
    }),
  );
  const accessibility = useMemo(
    () => ({
      screenReaderInstructions,
      announcements: {
        onDragStart: ({ active }: Moving) => shell.move.started(nameOf(active.id)),
        onDragOver: ({ active, over }: Moving) => (over ? shell.move.over(nameOf(active.id), nameOf(over.id)) : undefined),
        onDragEnd: ({ active }: Moving) => shell.move.dropped(nameOf(active.id)),
        onDragCancel: ({ active }: Moving) => shell.move.cancelled(nameOf(active.id)),
      },
    }),
    [nameOf],
  );
  return {
    sensors,
    collisionDetection: closestCenter,
    modifiers,
    accessibility,
    onDragStart: () => window.addEventListener('click', stay, true),
    onDragCancel: clickAgain,
    onDragEnd: ({ active, over }: DragEndEvent) => {
      clickAgain();
      if (over && active.id !== over.id) onMove(String(active.id), String(over.id));
    },
  };
}

interface Moving {
  active: { id: UniqueIdentifier };
  over?: { id: UniqueIdentifier } | null;
}

/** Letting go of a link is a click on it, which must lead nowhere. */
function stay(event: Event): void {
  event.preventDefault();
}

/** That click comes after the end of the drag. */
function clickAgain(): void {
  setTimeout(() => window.removeEventListener('click', stay, true));
}
