import { setTimeout as pause } from 'node:timers/promises'
import { SlipError } from '../errors/slip-error.ts'

/** Deadlock, serialization failure, lock not available: another transaction went first, ours runs again. */
const conflicts = new Set(['40001', '40P01', '55P03', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'])

const refused = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENOENT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_CONNECTION_KILLED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ERR_STREAM_DESTROYED',
])
/** A full disk or memory, a server that only reads for now: it answers, and will do so again when that is over. */
const exhausted = new Set([
  '53100',
  '53200',
  '25006',
  'ER_RECORD_FILE_FULL',
  'ER_DISK_FULL',
  'ER_ERROR_ON_WRITE',
  'ER_OUT_OF_RESOURCES',
  'ER_OPTION_PREVENTS_STATEMENT',
])
const refusedUs = new Set([
  '3D000',
  '42501',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_SPECIFIC_ACCESS_DENIED_ERROR',
  'ER_SECURE_TRANSPORT_REQUIRED',
  // what the certificate is found to be is only in the message
  'HANDSHAKE_SSL_ERROR',
  'HANDSHAKE_NO_SSL_SUPPORT',
])
/** A certificate that does not prove who the server is, and pg's words where it has no TLS. */
const unproven = /^(ERR_TLS_.*|ERR_SSL_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/
const noTls = /^The server does not support SSL connections/
/** pg's words where the server asks for a password and none is configured. */
const noPassword = /^SASL: .*client password must be/
const attempts = 6

interface Coded {
  code?: unknown
  message?: string
}

/** True for what a lost or refused connection throws: SQLSTATE class 08, 57P0x, 53300, a system code, or pg's own words. */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message = '' } = error as Coded
  if (
    typeof code === 'string' &&
    (refused.has(code) || code.startsWith('08') || code.startsWith('57P') || code === '53300')
  )
    return true
  return /Connection terminated|connection.*(ended|closed|timeout)|in closed state|Client has encountered a connection error|Timeout acquiring/i.test(
    message,
  )
}

/** Runs `work` until it ends otherwise than by a conflict or a lost connection, six times at most. */
export async function withRetry<T>(work: () => Promise<T>, place: string): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const lost = isConnectionLoss(error)
      if (!lost && !conflicts.has(String((error as Coded).code))) throw asUnavailable(error, place)
      if (attempt === attempts) throw unavailable(error, place)
      await pause(2 ** attempt * 10 * (0.5 + Math.random()))
    }
  }
}

/**
 * A server that can do nothing for now. Wrong password or none, unknown database or role, a right that is lacking: the
 * server answers, but not to us, or may be another than it says. And pg's words for a server that was silent for the whole connection timeout: that was
 * waiting enough.
 */
function asUnavailable(error: unknown, place: string): unknown {
  const { code, message = '' } = error as Coded
  if (message === 'timeout expired') return unavailable(error, place)
  const isExhausted = typeof code === 'string' && exhausted.has(code)
  return isExhausted || isRefusal(error) ? unavailable(error, place, 'refuses') : error
}

/** True for what a server throws that lets us not in, or not do what was asked; in its words where knex drops the code. */
export function isRefusal(error: unknown): boolean {
  const { code, message = '' } = error as Coded
  if (typeof code === 'string' && (code.startsWith('28') || unproven.test(code) || refusedUs.has(code))) return true
  return (
    noPassword.test(message) || noTls.test(message) || / command denied to user | permission denied for /.test(message)
  )
}

function unavailable(error: unknown, place: string, does = 'does not answer'): SlipError {
  const reason = (error as Error).message || String((error as Coded).code)
  return new SlipError('DATABASE_UNAVAILABLE', `the database at ${place} ${does}: ${reason}`, { cause: error })
}
