import { wholeNumber } from './zip-number.ts'
import type { ZipWindow } from './zip-window.ts'

const endSignature = 0x06054b50
const endBytes = 22
const locatorSignature = 0x07064b50
const locatorBytes = 20
const zip64Signature = 0x06064b50
const zip64Bytes = 56

export interface DirectoryEnd {
  readonly entries: number
  /** Position of the first. */
  readonly start: number
}

/**
 * What the end of a zip says of its directory: APPNOTE.TXT 4.3.14–4.3.16. The last signature counts, for a comment behind it
 * may hold one. Throws when there is none, when something else than a comment follows, and for one of several disks.
 */
export function endOfDirectory(window: ZipWindow): DirectoryEnd {
  const { bytes } = window
  for (let at = bytes.length - endBytes; at >= 0; at--) {
    if (bytes[at] !== 0x50 || bytes.readUInt32LE(at) !== endSignature) continue
    const [stated, behind] = [bytes.readUInt16LE(at + 20), bytes.length - endBytes - at]
    if (stated !== behind) throw new Error(`${behind} bytes follow its end, which states ${stated}`)
    const locator = at - locatorBytes
    if (locator >= 0 && bytes.readUInt32LE(locator) === locatorSignature)
      return zip64End(window, wholeNumber(bytes, locator + 8))
    return end(bytes.readUInt16LE(at + 4), bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16))
  }
  throw new Error('it has no end record: it is no zip, or was cut off')
}

function zip64End(window: ZipWindow, position: number): DirectoryEnd {
  const at = window.at(position, zip64Bytes)
  const { bytes } = window
  if (bytes.readUInt32LE(at) !== zip64Signature) throw new Error('its zip64 end record is not where it should be')
  return end(bytes.readUInt32LE(at + 16), wholeNumber(bytes, at + 32), wholeNumber(bytes, at + 48))
}

function end(disk: number, entries: number, start: number): DirectoryEnd {
  if (disk !== 0) throw new Error(`it is disk ${disk} of several`)
  return { entries, start }
}
