import { randomUUID } from 'node:crypto'
import { SlipError } from '../errors/slip-error.ts'

/** What a command of a person has for itself while it works. */
export interface HeldDuty {
  /** Takes it, or keeps it; false = another has it. */
  readonly take: (token: string) => Promise<boolean>
  readonly release: (token: string) => Promise<void>
  /** How often it is taken again, in milliseconds: several times before it is over. */
  readonly everyMs: number
  /** What is said to whom another keeps from it. */
  readonly refusal: string
  /** Another has it meanwhile, for this process slept. */
  readonly onLost?: () => void
}

/** Runs `work` under a duty; whoever is killed in it has it until its time is over. Throws LOCKED when another has it. */
export async function whileHeld<T>(duty: HeldDuty, work: (token: string) => Promise<T>): Promise<T> {
  const token = randomUUID()
  if (!(await duty.take(token))) throw new SlipError('LOCKED', duty.refusal)
  const keep = setInterval(() => {
    // a database that is away is noticed by the work as well
    duty.take(token).then(
      (isOurs) => isOurs || duty.onLost?.(),
      () => undefined,
    )
  }, duty.everyMs)
  try {
    return await work(token)
  } finally {
    clearInterval(keep)
    await duty.release(token)
  }
}
