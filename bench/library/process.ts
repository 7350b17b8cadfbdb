import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { packageRoot } from '../../src/config/package-root.ts'

/** What a process that ended well has said, and how large it was. */
export interface Ended {
  readonly output: string
  /** What it wrote on standard error. */
  readonly log: string
  /** Peak of its resident memory, bytes. */
  readonly peak: number
  /** Processor time it took, seconds. */
  readonly cpu: number
}

// Read by the process itself as its last act: no poll from outside sees the true peak. VmHWM and not ru_maxrss, which
// begins with the memory of the parent it was forked from.
const tellEnd = `data:text/javascript,${encodeURIComponent(`import { readFileSync, writeSync } from 'node:fs'
process.on('exit', () => {
  const { user, system } = process.cpuUsage()
  const peak = readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\\s*(\\d+)/)[1]
  writeSync(3, [peak, (user + system) / 1e6].join(' '))
})`)}`

/** Runs this Node with such arguments, in the root of the checkout; a launcher as a shell starts it. Throws with its last words. */
export async function run(...args: readonly string[]): Promise<Ended> {
  const flags = args.filter((arg) => arg.endsWith('.cjs')).flatMap(flagsOf)
  const child = spawn(process.execPath, ['--import', tellEnd, ...flags, ...args], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const read = (fd: 1 | 2 | 3) => text(child.stdio[fd] as NodeJS.ReadableStream)
  const [output, log, end, [code, signal]] = await Promise.all([read(1), read(2), read(3), once(child, 'exit')])
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${signal ?? code}: ${log.slice(-2_000)}`)
  const [peak, cpu] = end.split(' ').map(Number) as [number, number]
  return { output, log, peak: peak * 1024, cpu }
}

/** What the first line of a launcher says to Node. */
function flagsOf(launcher: string): string[] {
  const [line = ''] = readFileSync(join(packageRoot, launcher), 'utf8').split('\n')
  return line.match(/(?<= )--\S+/g) ?? []
}
