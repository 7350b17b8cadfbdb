import { SlipError } from '../errors/slip-error.ts'

/** Where an item lies below the repository root. */
export interface PairtreeName {
  /** Text before the first dot of the id, e.g. `mdp`. */
  readonly namespace: string
  /** Object folder and base name of its files, e.g. `ark+=13960=t5v69h717`. */
  readonly object: string
  /** Object folder below the root, with `/`, e.g. `mdp/pairtree_root/39/01/…/39015078560292`. */
  readonly folder: string
}

// A file name has at most 255 bytes, and `.mets.xml` is put behind the object name.
const longestObject = 255 - '.mets.xml'.length
const htidPattern = /^([a-z0-9_-]+)\.([!-~]+)$/
const hexEncoded = /["*+,<=>?\\^|]/g
const swapped: Readonly<Record<string, string>> = { '/': '=', ':': '+', '.': ',' }
const swappedBack: Readonly<Record<string, string>> = { '=': '/', '+': ':', ',': '.' }

/**
 * The place of an item in a pairtree (Pairtrees for Object Storage, 2008, section 3: the characters `"*+,<=>?\^|` as
 * `^hh`, then `/` → `=`, `:` → `+`, `.` → `,`; HathiTrust puts the namespace above). No part of the result is `.`, `..`
 * or empty, nor holds a slash or NUL: a place is always below the root. Throws ITEM_ID_INVALID.
 */
export function pairtreeName(htid: string): PairtreeName {
  const name = nameOf(htid)
  if (name.object.length > longestObject) {
    throw new SlipError('ITEM_ID_INVALID', `${htid} is too long for a file name in a pairtree.`)
  }
  return name
}

function nameOf(htid: string): PairtreeName {
  const [, namespace, id] = htid.length <= 255 ? (htidPattern.exec(htid) ?? []) : []
  if (namespace === undefined || id === undefined) {
    throw new SlipError('ITEM_ID_INVALID', `${JSON.stringify(htid)} is not an item id (namespace.object).`)
  }
  const object = id
    .replace(hexEncoded, (character) => `^${character.charCodeAt(0).toString(16)}`)
    .replace(/[/:.]/g, (character) => swapped[character]!)
  const pairs = object.match(/..?/g)!
  return { namespace, object, folder: [namespace, 'pairtree_root', ...pairs, object].join('/') }
}

/** The same, null for an id too long for the name of a file: it is in no repository. Throws ITEM_ID_INVALID for what is no id. */
export function pairtreeNameIfAny(htid: string): PairtreeName | null {
  const name = nameOf(htid)
  return name.object.length > longestObject ? null : name
}

/** The id of an object folder, or null when no id leads to a folder of that name. */
export function htidOf(namespace: string, object: string): string | null {
  const id = object
    .replace(/[=+,]/g, (character) => swappedBack[character]!)
    .replace(/\^([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const htid = `${namespace}.${id}`
  if (htid.length > 255 || !htidPattern.test(htid)) return null
  return object.length <= longestObject && pairtreeName(htid).object === object ? htid : null
}
