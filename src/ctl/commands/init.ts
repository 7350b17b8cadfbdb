import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { SlipError } from '../../errors/slip-error.ts'
import type { Session } from '../command.ts'
import { configTemplate } from '../config-template.ts'
import { asTyped } from '../next-step.ts'
import { print } from '../print.ts'

interface Arguments extends Session {
  readonly file?: string
}

export async function run(args: Arguments): Promise<number> {
  const named = args.file ?? args.config ?? 'slip.yaml'
  const file = resolve(named)
  write(file)
  const next = ['config check', 'db migrate', 'targets apply'].map((command) =>
    asTyped(`slipctl ${command}`, { ...args, config: named }),
  )
  print(args, { file, next }, () =>
    [`wrote ${file}; edit it, then:`, ...next.map((command) => `  ${command}`)].join('\n'),
  )
  return 0
}

function write(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
  } catch (error) {
    throw unusable(error, file)
  }
  try {
    // a password may be written into it
    writeFileSync(file, configTemplate(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!exists) throw unusable(error, file)
    throw new SlipError('USAGE', `${file} exists; it is not overwritten`, { place: { file } })
  }
}

const unusable = (error: unknown, file: string) =>
  new SlipError('FOLDER_UNUSABLE', (error as Error).message, { place: { file }, cause: error })
