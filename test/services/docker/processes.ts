import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const END_LIMIT_MS = 40_000

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/**
 * Ends the processes whose command line names something in `folder`, and what they started: `first` by SIGTERM, which
 * lets it end the others in order; what is left then by SIGKILL.
 */
export async function endProcessesOf(folder: string, first: RegExp): Promise<void> {
  for (const { pid } of processesOf(folder).filter(({ command }) => first.test(command))) kill(pid, 'SIGTERM')
  await gone(() => processesOf(folder).some(({ command }) => first.test(command)))
  for (const { pid } of withChildren(processesOf(folder))) kill(pid, 'SIGKILL')
  if (!(await gone(() => processesOf(folder).length > 0))) throw new Error(`processes of ${folder} cannot be ended`)
}

const processesOf = (folder: string) => running().filter(({ command }) => command.includes(`${folder}/`))

function running(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => processOf(Number(name)) ?? [])
}

function processOf(pid: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything; state and parent follow it.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }
  } catch {
    return null
  }
}

/** The first process of a container is a child of the one that watches it, and its command line names no folder. */
function withChildren(processes: readonly Process[]): Process[] {
  const pids = new Set(processes.map(({ pid }) => pid))
  return [...processes, ...running().filter(({ parent }) => pids.has(parent))]
}

async function gone(present: () => boolean): Promise<boolean> {
  const giveUpAt = performance.now() + END_LIMIT_MS
  while (present()) {
    if (performance.now() > giveUpAt) return false
    await pause(50)
  }
  return true
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
