import type { z } from 'zod'

/** A whole answer of a server, whatever its status. */
export interface Answer {
  readonly status: number
  /** Media type without parameters, lower case; '' = none. */
  readonly type: string
  /** Seconds the server asks to be left alone; null = it does not say. */
  readonly retryAfter: number | null
  readonly body: Buffer
  /** Without user and password. */
  readonly url: string
}

/** An answer that is not what the server of an engine says: of a proxy, cut off, of another kind of server. */
export class NotUnderstood extends Error {
  readonly status: number
  readonly retryAfter: number | null
  readonly url: string

  constructor({ status, retryAfter, url }: Answer, message: string) {
    super(message)
    this.name = 'NotUnderstood'
    this.status = status
    this.retryAfter = retryAfter
    this.url = url
  }
}

const quoted = 200

/** Whether the body may be JSON, by what is said of it. */
export const mayBeJson = ({ type }: Answer): boolean => /^application\/(.*\+)?json$|^text\/plain$|^$/.test(type)

/** The body as JSON. Throws NotUnderstood with the beginning of what came instead. */
export function jsonOf(answer: Answer): unknown {
  const { status, type, body } = answer
  if (!mayBeJson(answer))
    throw new NotUnderstood(answer, `answered ${status} with ${type}, not JSON: ${beginningOf(body)}`)
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new NotUnderstood(
      answer,
      `answered ${status} with JSON of ${body.length} bytes that cannot be read: ${beginningOf(body)}`,
    )
  }
}

/**
 * What an answer says, as far as it is of this shape: what else is in it is left out. Throws NotUnderstood with the first place
 * that is not.
 */
export function shapedOf<T>(answer: Answer, content: unknown, shape: z.ZodType<T>): T {
  const { success, data, error } = shape.safeParse(content)
  if (success) return data
  const [first] = error.issues
  const place = first?.path.join('.') || 'what was asked for'
  throw new NotUnderstood(answer, `answered ${answer.status} without ${place}: ${first?.message}`)
}

/** The first words of a body on one line, for a message. */
export function beginningOf(body: Buffer): string {
  if (body.length === 0) return 'an empty body'
  const text = body
    .subarray(0, quoted * 4)
    .toString('utf8')
    .replace(/\s+/g, ' ')
    .trim()
  return text.length > quoted ? `${text.slice(0, quoted)} …` : text
}
