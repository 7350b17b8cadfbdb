import { moveDue } from '../../state/queue/move-due.ts'
import type { Chore } from './chore.ts'

/** Makes delayed rows ready when they are due. */
export const moveChore: Chore = { name: 'move', periodMs: 1_000, work: (tx) => moveDue(tx, 1_000) }
