import { createHash } from 'node:crypto'

/**
 * The digest of a document's content: SHA-256 cut to 128 bits, 32 hexadecimal characters. Fields are hashed in byte
 * order of their names, each as name, length and JSON bytes, so that neither the order of keys nor the release that
 * wrote them matters. `fields` maps a name to the bytes of its value as JSON.
 */
export function contentDigest(fields: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256')
  for (const name of [...fields.keys()].sort()) {
    const value = fields.get(name)!
    hash.update(`${name}\0${value.length}\0`).update(value)
  }
  return hash.digest('hex').slice(0, 32)
}
