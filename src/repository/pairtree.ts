import { assertRoot, isAnyThere, rootCheck } from './availability.ts'
import { fingerprintAt } from './fingerprint.ts'
import { pairtreeName, pairtreeNameIfAny } from './pairtree-name.ts'
import { openPairtreeVolume } from './pairtree-volume.ts'
import { walkPairtree } from './pairtree-walk.ts'
import type { Repository } from './repository.ts'

/**
 * A repository on disk in HathiTrust's layout: ROOT/NAMESPACE/pairtree_root/aa/bb/…/OBJECT/OBJECT.{mets.xml,zip}.
 * Nothing is opened before it is asked for; a root that comes back after an outage needs no restart.
 */
export function openPairtree(options: { root: string }): Repository {
  const root = options.root.replace(/(?<=.)\/+$/, '')
  return {
    check: rootCheck(root, () => assertRoot(root)),
    has: (htid) => hasItem(root, htid),
    async fingerprint(htid) {
      const name = pairtreeNameIfAny(htid)
      if (name === null) return null
      const base = `${root}/${name.folder}/${name.object}`
      return fingerprintAt(root, `${base}.mets.xml`, `${base}.zip`)
    },
    walk: () => walkPairtree(root),
    open: async (htid) => openPairtreeVolume(root, pairtreeName(htid)),
  }
}

async function hasItem(root: string, htid: string): Promise<boolean> {
  const name = pairtreeNameIfAny(htid)
  if (name === null) return false
  return isAnyThere(
    root,
    ['.mets.xml', '.zip'].map((suffix) => `${root}/${name.folder}/${name.object}${suffix}`),
  )
}
