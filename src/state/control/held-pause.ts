import type { Connection } from '../connection.ts'
import { type Pause, pause, readPauses, type Scope } from './pause.ts'

/**
 * The pause that a command needs for as long as it works. One that a person has put there is kept, without its end, and is
 * afterwards as it was. The command's own is known by its paused_by, which names the command behind the person: so
 * nobody pauses who calls slipctl. What a command left that was broken off is thus the next one's own, and what a person
 * paused meanwhile is that person's, whatever the reason.
 *
 * Races: one such command at a time, under a duty. A person who pauses or resumes at any moment is not overruled: it is
 * ended, or given its end again, only where it is as the command left it.
 */
const statements = {
  postgres: {
    end: 'DELETE FROM slip_control WHERE scope = $1 AND name = $2 AND paused_by = $3',
    giveEnd: `
      UPDATE slip_control SET until = $1
      WHERE scope = $2 AND name = $3 AND paused_by = $4 AND reason = $5 AND until IS NULL`,
  },
  mysql: {
    end: 'DELETE FROM slip_control WHERE scope = ? AND name = ? AND paused_by = ?',
    giveEnd: `
      UPDATE slip_control SET until = ?
      WHERE scope = ? AND name = ? AND paused_by = ? AND reason = ? AND until IS NULL`,
  },
}

export interface PausingCommand {
  /** As a person types it. */
  readonly command: string
  readonly by: string
  readonly reason: string
}

const ownName = ({ by, command }: PausingCommand): string => `${by} (${command})`

/** Pauses a scope until it is resumed. Returns the pause of a person, as it was, where there was one; null = it is the command's own. */
export async function holdPaused(tx: Connection, scope: Scope, own: PausingCommand): Promise<Pause | null> {
  const found = (await readPauses(tx)).find(({ kind, name }) => kind === scope.kind && name === scope.name)
  if (found === undefined || found.by.endsWith(` (${own.command})`)) {
    await pause(tx, scope, { by: ownName(own), reason: own.reason, drain: true })
    return null
  }
  if (found.until !== null) await pause(tx, scope, { by: found.by, reason: found.reason, drain: true })
  return found
}

/** Ends the command's own pause; that of a person, as `holdPaused` returned it, has its end again. */
export async function endHeld(tx: Connection, scope: Scope, own: PausingCommand, theirs: Pause | null): Promise<void> {
  const { end, giveEnd } = statements[tx.dialect]
  if (theirs === null) await tx.change(end, [scope.kind, scope.name, ownName(own)])
  else if (theirs.until !== null)
    await tx.change(giveEnd, [theirs.until, scope.kind, scope.name, theirs.by, theirs.reason])
}
