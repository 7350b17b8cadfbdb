import { Conditions } from '../conditions.ts'
import type { Dialect } from '../connection.ts'
import { isOpen } from '../queue/row-of.ts'

/** Errors to look at; what is left out selects nothing away. */
export interface ErrorSelection {
  /** null: errors of sources, which belong to no target. */
  readonly target?: string | null | undefined
  readonly code?: string | undefined
  readonly pattern?: string | undefined
  readonly htids?: readonly string[] | undefined
  /** From this time on; timestamp text, as all of these. */
  readonly since?: string | undefined
  /** Before this time. */
  readonly until?: string | undefined
  /** Resolved ones too. */
  readonly all: boolean
}

/** The condition on slip_errors that selects them. */
export function errorConditions(dialect: Dialect, selection: ErrorSelection): Conditions {
  const { target, code, pattern, htids, since, until, all } = selection
  const conditions = new Conditions(dialect)
  // items that are named have an index of their own
  if (!all) conditions.and(dialect === 'postgres' && htids !== undefined ? isOpen : 'resolved_at IS NULL')
  if (target === null) conditions.and('target IS NULL')
  else conditions.and('target = ?', target)
  return conditions
    .and('code = ?', code)
    .and('pattern = ?', pattern)
    .andIn('htid', htids)
    .and('error_time >= ?', since)
    .and('error_time < ?', until)
}
