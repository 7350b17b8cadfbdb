import { assertRoot, isAnyThere, rootCheck } from './availability.ts'
import { fingerprintAt } from './fingerprint.ts'
import { entriesIn, foldersIn } from './folders.ts'
import { htidOf, pairtreeName, pairtreeNameIfAny } from './pairtree-name.ts'
import type { Repository } from './repository.ts'
import { openZipVolume } from './zip-volume.ts'

/** A repository on disk with one zip for each item, METS file and pages in it: ROOT/NAMESPACE/OBJECT.zip. */
export function openZips(root: string): Repository {
  const pathOf = (htid: string) => {
    const { namespace, object } = pairtreeName(htid)
    return { path: `${root}/${namespace}/${object}.zip`, object }
  }
  return {
    check: rootCheck(root, () => assertRoot(root)),
    has: async (htid) => pairtreeNameIfAny(htid) !== null && isAnyThere(root, [pathOf(htid).path]),
    fingerprint: async (htid) =>
      pairtreeNameIfAny(htid) === null ? null : fingerprintAt(root, null, pathOf(htid).path),
    async *walk() {
      await assertRoot(root)
      for await (const namespace of foldersIn(root)) {
        for await (const { name } of entriesIn(`${root}/${namespace}`)) {
          const htid = name.endsWith('.zip') ? htidOf(namespace, name.slice(0, -'.zip'.length)) : null
          if (htid !== null) yield htid
        }
      }
    },
    async open(htid) {
      const { path, object } = pathOf(htid)
      return openZipVolume(root, path, object)
    },
  }
}
