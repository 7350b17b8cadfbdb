import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-tool.ts'

/** Files of the project that match a git pathspec, committed or about to be, as paths from the root. */
export function projectFiles(...patterns: string[]): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split('\0')
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && !deleted.includes(file)).sort()
}

export const readProjectFile = (file: string) => readFileSync(join(root, file), 'utf8')
