import { assertRoot, rootCheck } from './availability.ts'
import { filesIn, openDirectoryVolume } from './directory-volume.ts'
import { stateAt } from './fingerprint.ts'
import { folderFingerprint } from './folder-fingerprint.ts'
import { foldersIn } from './folders.ts'
import { metsNameAmong } from './mets-name.ts'
import { htidOf, pairtreeName, pairtreeNameIfAny } from './pairtree-name.ts'
import type { Repository } from './repository.ts'

/**
 * A repository on disk with a folder for each item: ROOT/NAMESPACE/OBJECT/ with its METS file and its page files, in
 * folders of their own or beside it. OBJECT is written as in a pairtree.
 */
export function openDirectory(root: string): Repository {
  const folderOf = (htid: string) => {
    const { namespace, object } = pairtreeName(htid)
    return { folder: `${root}/${namespace}/${object}`, object }
  }
  const hasMets = async (folder: string, object: string) => metsNameAmong(await filesIn(folder), object) !== null
  return {
    check: rootCheck(root, () => assertRoot(root)),
    async has(htid) {
      if (pairtreeNameIfAny(htid) === null) return false
      const { folder, object } = folderOf(htid)
      if (await hasMets(folder, object)) return true
      await assertRoot(root)
      return false
    },
    async fingerprint(htid) {
      if (pairtreeNameIfAny(htid) === null) return null
      const { folder, object } = folderOf(htid)
      const metsName = metsNameAmong(await filesIn(folder), object)
      const mets = metsName === null ? null : await stateAt(`${folder}/${metsName}`)
      if (metsName !== null && mets !== null) return folderFingerprint(folder, metsName, mets)
      await assertRoot(root)
      return null
    },
    async *walk() {
      await assertRoot(root)
      for await (const namespace of foldersIn(root)) {
        for await (const object of foldersIn(`${root}/${namespace}`)) {
          const htid = htidOf(namespace, object)
          if (htid !== null && (await hasMets(`${root}/${namespace}/${object}`, object))) yield htid
        }
      }
    },
    async open(htid) {
      const { folder, object } = folderOf(htid)
      return openDirectoryVolume(root, folder, object)
    },
  }
}
