import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** Host name as written into workers, claims, ledger and errors. */
export const hostName: string = hostname()

/** Tells one boot of a host from the next; '' where the system has none. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}
