import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What a link in the folder of an item may lead to: files and folders, below the repository or anywhere. */
const targets = {
  'a file of another item': 'repository/mdp/other/secret.txt',
  'a file above': 'repository/secret.txt',
  'the METS of another item': 'repository/mdp/other/other.mets.xml',
  'a file of the system': '/etc/passwd',
  'the folder of another item': 'repository/mdp/other',
  'the folder above': 'repository',
  'a folder of the system': '/etc',
  nothing: 'repository/nothing',
  itself: 'links/itself',
} as const

export type LinkTarget = keyof typeof targets

/** A process that may not read everything may make no link, but may give one another name. */
export function makeLinks(folder: string): void {
  mkdirSync(join(folder, 'links'))
  for (const [name, target] of Object.entries(targets)) {
    symlinkSync(target.startsWith('/') ? target : join(folder, target), linkTo(folder, name as LinkTarget))
  }
}

export const linkTo = (folder: string, target: LinkTarget): string => join(folder, 'links', target)
