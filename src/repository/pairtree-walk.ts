import { assertRoot } from './availability.ts'
import { entriesIn, foldersIn } from './folders.ts'
import { htidOf } from './pairtree-name.ts'

/**
 * Every item id below a pairtree root, folder by folder, in no order and without holding more than the path in hand.
 * An object folder with neither a METS file nor a zip is not an item, nor is a folder its path does not spell.
 * Throws REPOSITORY_UNAVAILABLE; a folder that vanishes during the walk is skipped.
 */
export async function* walkPairtree(root: string): AsyncGenerator<string> {
  await assertRoot(root)
  for await (const namespace of foldersIn(root)) {
    yield* walkPairs(root, namespace, [])
  }
}

async function* walkPairs(root: string, namespace: string, pairs: string[]): AsyncGenerator<string> {
  const folder = [namespace, 'pairtree_root', ...pairs].join('/')
  const object = pairs.join('')
  for await (const name of foldersIn(`${root}/${folder}`)) {
    if (name === object) {
      const htid = htidOf(namespace, object)
      if (htid !== null && (await holdsItem(`${root}/${folder}/${name}`, object))) yield htid
    }
    // Only the last part of a path has one character; a link to a folder above would never end.
    if (name.length <= 2 && (pairs.at(-1)?.length ?? 2) === 2 && object.length <= 255) {
      yield* walkPairs(root, namespace, [...pairs, name])
    }
  }
}

async function holdsItem(folder: string, object: string): Promise<boolean> {
  for await (const entry of entriesIn(folder)) {
    if (entry.name === `${object}.mets.xml` || entry.name === `${object}.zip`) return true
  }
  return false
}
