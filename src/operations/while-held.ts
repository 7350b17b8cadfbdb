import { randomUUID } from 'node:crypto'
import { SlipError } from '../errors/slip-error.ts'
import type { Database } from '../state/connection.ts'
import { commandDutyMs, releaseDuty, takeDuty } from '../state/control/duty.ts'

/** What a command of a person has for itself while it works. */
export interface CommandDuty {
  readonly name: string
  /** What is said to whom another keeps from it. */
  readonly refusal: string
  /** Another has it meanwhile, for this process slept. */
  readonly onLost?: () => void
}

/** Runs `work` under a duty; whoever is killed in it has it until its time is over. Throws LOCKED when another has it. */
export async function whileHeld<T>(
  db: Database,
  { name, refusal, onLost }: CommandDuty,
  work: (token: string) => Promise<T>,
): Promise<T> {
  const token = randomUUID()
  const take = () => takeDuty(db, name, token, commandDutyMs)
  if (!(await take())) throw new SlipError('LOCKED', refusal)
  const keep = setInterval(() => {
    // a database that is away is noticed by the work as well
    take().then(
      (isOurs) => isOurs || onLost?.(),
      () => undefined,
    )
  }, commandDutyMs / 4)
  try {
    return await work(token)
  } finally {
    clearInterval(keep)
    await releaseDuty(db, name, token)
  }
}
