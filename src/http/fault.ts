/**
 * A request that got no whole answer. `unsent`: the server cannot have seen it – refused, not found, no TLS. `unanswered`:
 * it may have done what it was asked, or not.
 */
export class HttpFault extends Error {
  readonly kind: 'unsent' | 'unanswered'
  /** Without user and password. */
  readonly url: string

  constructor(kind: HttpFault['kind'], url: string, message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'HttpFault'
    this.kind = kind
    this.url = url
  }
}

/** An answer of more bytes than the client takes; the rest of it was not read. */
export class AnswerTooLarge extends HttpFault {
  constructor(url: string, mostBytes: number) {
    super('unanswered', url, `answered with more than ${mostBytes >> 20} MiB`, undefined)
    this.name = 'AnswerTooLarge'
  }
}

/** Before a byte of the request is written: connecting, and what TLS finds in a certificate. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|EPROTO|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/

/** What undici threw, as a fault of that URL. */
export function faultOf(url: string, error: unknown): HttpFault {
  const code = codeOf(error)
  const kind = code !== null && beforeSending.test(code) ? 'unsent' : 'unanswered'
  const words = wordsOf(error)
  return new HttpFault(kind, url, code === null || words.includes(code) ? words : `${words} (${code})`, error)
}

function codeOf(error: unknown): string | null {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

/** An AggregateError (several addresses tried) has no words of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
