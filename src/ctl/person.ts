import { userInfo } from 'node:os'
import { hostName } from '../daemon/identity.ts'
import { SlipError } from '../errors/slip-error.ts'

/** Who calls, for what the tables remember of people: `user@host`. */
export const person = (): string => `${userInfo().username}@${hostName}`

/** Of what a column holds, in characters. */
const longestReason = 1_000

/** Why, as it is kept in a table, with `beside` behind it. Throws USAGE for one that is too long. */
export function shortReason(text: string, beside = ''): string {
  const kept = text + beside
  if ([...kept].length <= longestReason) return kept
  throw new SlipError('USAGE', `--reason has at most ${longestReason - [...beside].length} characters`)
}

/** Why a person does what cannot be seen afterwards. Throws USAGE for a text that says nothing. */
export function neededReason(text: string): string {
  const reason = text.trim()
  if (reason === '') throw new SlipError('USAGE', '--reason says why; it is kept with the errors')
  return reason
}
