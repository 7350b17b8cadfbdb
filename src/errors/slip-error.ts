import { type Code, errorCodes } from './codes.ts'
import { adviceOf, type ErrorClass, type ErrorCode } from './error-code.ts'

/** Where an error arose: a file, a page, a line, a target, a key; printed as `key=value`. Never a secret. */
export type Place = Readonly<Record<string, string | number>>

/** The one error class: a code of src/errors/codes.ts, a sentence a person can act on, and the place. */
export class SlipError extends Error {
  readonly code: Code
  readonly place: Place

  constructor(code: Code, message: string, options: { place?: Place; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SlipError'
    this.code = code
    this.place = options.place ?? {}
  }

  get entry(): ErrorCode {
    return errorCodes[this.code]
  }

  get class(): ErrorClass {
    return this.entry.class
  }

  get permanent(): boolean {
    return this.entry.permanent
  }

  get advice(): string {
    return adviceOf(this.entry, this.message)
  }
}

/** Any thrown value as a SlipError: itself, or INTERNAL with the value as cause. */
export function asSlipError(error: unknown): SlipError {
  if (error instanceof SlipError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new SlipError('INTERNAL', message, { cause: error })
}
