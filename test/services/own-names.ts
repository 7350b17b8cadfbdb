import { createHash } from 'node:crypto'
import { hostname } from 'node:os'

/** This host in a name. A server that several hosts share must not lose what another's processes made. */
export const hostTag = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

let made = 0

/** A name no other process gives, of a database or of indices: it tells the host and the pid of its owner. */
export const newName = () => `test_${hostTag}_${process.pid}_${++made}_${Date.now()}`

/** True for a name of `newName`, or one that begins with it, when the process of this host that gave it is gone. */
export function isAbandoned(name: string): boolean {
  const [test, host, pid] = name.split('_')
  return test === 'test' && host === hostTag && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
