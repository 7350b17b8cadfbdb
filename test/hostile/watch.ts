import { readFileSync, writeFileSync } from 'node:fs'

/** What a piece of work cost this process, in bytes. */
export interface Cost {
  /** The most memory it had at a time, above what it had before. */
  readonly memory: number
  /** Read from files, by any of its threads. */
  readonly read: number
}

/** Does work and says what it cost. Linux tells: peak of resident memory, which it can forget, and bytes read. */
export async function watch<T>(work: () => Promise<T>): Promise<{ result: T; cost: Cost }> {
  // a 5 makes it forget the peak there was
  writeFileSync('/proc/self/clear_refs', '5')
  const before = { memory: statusOf('VmRSS'), read: bytesRead() }
  const result = await work()
  const cost = { memory: Math.max(0, statusOf('VmHWM') - before.memory), read: bytesRead() - before.read }
  return { result, cost }
}

function statusOf(name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

const bytesRead = (): number => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
