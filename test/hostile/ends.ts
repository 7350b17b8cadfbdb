import type { SlipError } from '../../src/errors/slip-error.ts'

/** Stands in files that no item of a case may read. */
export const secret = 'THIS-IS-OF-ANOTHER-ITEM'

/** How a case ended. */
export interface End {
  /** `document`, `read`, `some bad`, or the code of an error. */
  readonly end: string
  /** What should not be, if something is. */
  readonly violation?: string
}

/** An error of the input must be told as one, and must not tell what it was not to read. */
export function errorEnd(error: SlipError): End {
  const end = error.code
  if (error.class !== 'item') {
    return { end, violation: `${error.class}: ${error.message}\n${(error.cause as Error | undefined)?.stack ?? ''}` }
  }
  const told = `${error.message} ${JSON.stringify(error.place)}`
  if (told.includes(secret)) return { end, violation: 'the error tells what is not of the item' }
  return told.length > 2_000 ? { end, violation: `the error has ${told.length} characters` } : { end }
}
