import { SlipError } from '../errors/slip-error.ts'

/** An integer of the database as a number; one beyond 53 bits is a defect, never a rounded number. */
export function safeNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new SlipError('INTERNAL', `integer ${text} from the database is not a safe number`)
}
