import type { SlipError } from '../errors/slip-error.ts'
import type { Indexed } from '../state/queue/settle.ts'

/** How one claimed item leaves its claim. */
export type ItemOutcome =
  | { readonly kind: 'indexed'; readonly htid: string; readonly settled: Indexed }
  | { readonly kind: 'deleted'; readonly htid: string; readonly settled: Indexed }
  | {
      readonly kind: 'failed'
      readonly htid: string
      readonly error: SlipError
      readonly attempts: number
      readonly unproven: boolean
      /** The engine asks for so many milliseconds; 0 = for some. */
      readonly retryAfterMs?: number | undefined
      /** A request with its document was sent and broke without an answer: one of several documents, or of it alone. */
      readonly unanswered?: 'together' | 'alone' | undefined
      /** Milliseconds about which it is delayed whatever its error, its attempt given back. */
      readonly putOffMs?: number
    }
  /** Not done, without fault of the item; `fence` is the engine's where it refused ours. */
  | { readonly kind: 'returned'; readonly htid: string; readonly fence: number }
