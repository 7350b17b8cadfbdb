import { openDirectory } from './directory.ts'
import { openPairtree } from './pairtree.ts'
import type { Repository } from './repository.ts'
import { openZips } from './zips.ts'

/** How items are stored. */
export type RepositoryKind = 'pairtree' | 'directory' | 'zip'

/**
 * Opens the repository at a root. Nothing is read before it is asked for; a root that comes back after an outage needs
 * no restart.
 */
export function openRepository(options: { readonly kind: RepositoryKind; readonly root: string }): Repository {
  const root = options.root.replace(/(?<=.)\/+$/, '')
  switch (options.kind) {
    case 'pairtree':
      return openPairtree({ root })
    case 'directory':
      return openDirectory(root)
    case 'zip':
      return openZips(root)
  }
}
