import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import yauzl from 'yauzl'

export const library = join(import.meta.dirname, '../../samples/library')

/** Paths of all files below a folder of the library, relative to the library. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(library, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(library.length + 1))
}

export function read(path: string): Buffer {
  return readFileSync(join(library, path))
}

/** Base path (without `.zip` and `.mets.xml`) of each volume in a pairtree, by id. */
export function shelf(day: string): Map<string, string> {
  const bases = filesBelow(`${day}/pairtree`).map((path) => path.replace(/(\.mets\.xml|\.zip)$/, ''))
  return new Map(bases.map((base) => [idOf(base), base]))
}

function idOf(base: string): string {
  const object = basename(base).replaceAll('=', '/').replaceAll('+', ':').replaceAll(',', '.')
  return `${base.split('/')[2]}.${object}`
}

/** Entries of a zip by name, read by another program than the one that wrote them. */
export async function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await yauzl.fromBufferPromise(bytes, { lazyEntries: true })
  const entries = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const stream = await zip.openReadStreamPromise(entry)
    entries.set(entry.fileName, Buffer.concat(await stream.toArray()))
  }
  return entries
}

export interface MetsFileEntry {
  readonly use: string
  readonly id: string
  readonly size: number
  readonly md5: string
  readonly href: string
}

export interface MetsView {
  readonly files: readonly MetsFileEntry[]
  readonly pages: readonly { readonly order: number; readonly fileIds: readonly string[] }[]
}

interface Node {
  readonly [key: string]: unknown
}

/** What a METS file names, by a whole parse without regard to prefixes. */
export function metsView(bytes: Buffer): MetsView {
  const lists = new Set(['fileGrp', 'file', 'div', 'fptr'])
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    parseAttributeValue: false,
    isArray: (name) => lists.has(name),
  })
  const mets = parser.parse(bytes, true).mets as { fileSec: { fileGrp: Node[] }; structMap: { div: { div: Node[] }[] } }
  const files = mets.fileSec.fileGrp.flatMap((group) =>
    (group.file as Node[]).map((file) => ({
      use: String(group.USE),
      id: String(file.ID),
      size: Number(file.SIZE),
      md5: String(file.CHECKSUM),
      href: String((file.FLocat as Node).href),
    })),
  )
  const pages = mets.structMap.div[0]!.div.map((div) => ({
    order: Number(div.ORDER),
    fileIds: (div.fptr as Node[]).map((pointer) => String(pointer.FILEID)),
  }))
  return { files, pages: [...pages].sort((a, b) => a.order - b.order) }
}
