import { Conditions } from '../conditions.ts'
import type { Dialect } from '../connection.ts'
import { asked, isOpen, isRow } from '../queue/row-of.ts'

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
  return ofItems(conditions, dialect, target, htids)
    .and('code = ?', code)
    .and('pattern = ?', pattern)
    .and('error_time >= ?', since)
    .and('error_time < ?', until)
}

function ofItems(
  conditions: Conditions,
  dialect: Dialect,
  target: ErrorSelection['target'],
  htids: ErrorSelection['htids'],
): Conditions {
  if (dialect === 'postgres' && target != null && htids !== undefined) return conditions.and(named, target, htids)
  if (target === null) conditions.and('target IS NULL')
  else conditions.and('target = ?', target)
  return conditions.andIn('htid', htids)
}

/** PostgreSQL: of items in a target. The list is made first: what is left to look up is a unique key. */
const named = `id = ANY(ARRAY(
  WITH ${asked('?', '?::text[]')}
  SELECT e.id FROM asked JOIN slip_errors e ON ${isRow('e', 'asked')}))`
