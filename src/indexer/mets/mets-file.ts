import { SlipError } from '../../errors/slip-error.ts'
import { foreign } from '../markup/scope.ts'
import { allFileIds } from './all-file-ids.ts'
import { type Attributes, type ParseAgain, parseXml } from './parse-xml.ts'
import type { GbsBlock, ReadingOrder } from './reading-order.ts'

/** A METS file as far as a dialect asks. */
export interface MetsFile {
  readonly objid: string | null
  /** PROFILE as written; null where there is none. */
  readonly profile: string | null
  /** By ID, in the order of the file; of HathiTrust's those of groups that hold no text are left out. */
  readonly files: ReadonlyMap<string, MetsEntry>
  /** IDs that two of those files have. */
  readonly ambiguous: ReadonlySet<string>
  /** What its groups are called: USE, else ID. */
  readonly groups: ReadonlySet<string>
  /** The divs of the physical structMap in the order of the file, but those within a page. */
  readonly divs: readonly MetsDiv[]
  /** The same of structMaps that do not say what they are. */
  readonly untypedDivs: readonly MetsDiv[]
  readonly gbs: GbsBlock
  /** Of the first textMD block. */
  readonly markupLanguage: string | null
  /** True when there is a `file` of that ID in any group. */
  isFileId(id: string): boolean
  /** The file goes by once more, for what one dialect alone asks. */
  readonly readAgain: ParseAgain
}

/** A `file`. */
export interface MetsEntry {
  /** USE of its group, else the ID of it, else the USE of the group around it. */
  readonly use: string | null
  readonly groupId: string | null
  /** Its own USE. */
  readonly ownUse: string | null
  readonly mime: string | null
  href: string | null
  readonly size: string | null
  readonly checksum: string | null
  readonly checksumType: string | null
}

/** A `div` of a structMap. */
export interface MetsDiv {
  /** 1 for the root, which has none above it. */
  readonly depth: number
  readonly above: MetsDiv | null
  readonly type: string | null
  readonly order: string | null
  readonly orderLabel: string | null
  readonly label: string | null
  /** Of its own `fptr`s and the `area`s in them. */
  readonly fileIds: string[]
  /** Of the files that `area`s point into: the elements where these begin. Null, nearly always, where none does. */
  begins: Map<string, string[]> | null
}

const namespaces = {
  'http://www.loc.gov/METS/': 'mets',
  'http://www.w3.org/1999/xlink': 'xlink',
  // As docWorks wrote it for years.
  'http://www.w3.org/TR/xlink': 'xlink',
  'http://books.google.com/gbs': 'gbs',
  'http://www.openarchives.org/OAI/2.0/': 'oai',
  'http://dlib.nyu.edu/METS/textmd': 'textmd',
  'info:lc/xmlns/textMD-v3': 'textmd',
}
// HathiTrust's groups of a volume that hold no text for the index: of 15,000 elements only 2,000 need to be looked at.
// Elsewhere `image` is what tells how the files beside the METS are called.
const withoutText = new Set(['image', 'coordOCR', 'zip archive', 'source METS'])

interface Group {
  readonly use: string | null
  readonly id: string | null
  readonly mayBeText: boolean
}

type Read = keyof ReadingOrder | 'markupLanguage'

const toRead = new Map<string, Read>([
  ['gbs:readingOrder', 'readingOrder'],
  ['gbs:scanningOrder', 'scanningOrder'],
  ['gbs:coverTag', 'coverTag'],
  ['textmd:markup_language', 'markupLanguage'],
])

const m = 'm'.charCodeAt(0)

/** True of a PROFILE that says no more than whose METS it is: the file groups tell how it is written. */
export const isOpenProfile = (profile: string | null): boolean =>
  profile === null || !/hathitrust|^ENMAP$/i.test(profile)

/** True of the TYPE of a div that is a page: `page`, `PAGE`, `TITLE_PAGE`, `CONTENT_PAGE`, `np:page`. */
export const isPageType = (type: string | null): boolean => type !== null && /(?:^|[_:])page$/i.test(type)

/**
 * Reads a METS file, alone or in an OAI envelope, in one pass. Throws METS_UNREADABLE with the line.
 */
export function readMetsFile(bytes: Buffer): MetsFile {
  const reader = new MetsReader()
  parseXml(bytes, namespaces, reader)
  if (!reader.hasMets) throw new SlipError('METS_UNREADABLE', 'The OAI envelope holds no METS.', { place: { line: 1 } })
  const readAgain: ParseAgain = (others, handlers) => parseXml(bytes, others, handlers)
  let allIds: Set<string> | null = null
  return Object.assign(reader, {
    readAgain,
    isFileId: (id: string) => {
      allIds ??= allFileIds(readAgain)
      return allIds.has(id)
    },
  })
}

/** Collects while the file goes by. Attributes are parsed only where needed. */
class MetsReader {
  objid: string | null = null
  profile: string | null = null
  hasMets = false
  readonly files = new Map<string, MetsEntry>()
  readonly ambiguous = new Set<string>()
  readonly groups = new Set<string>()
  readonly divs: MetsDiv[] = []
  readonly untypedDivs: MetsDiv[] = []
  readonly gbs: Record<keyof ReadingOrder, string | null> = { readingOrder: null, scanningOrder: null, coverTag: null }
  markupLanguage: string | null = null
  #depth = 0
  // The open fileGrps, outermost first.
  #groups: Group[] = []
  #isText = false
  #file: MetsEntry | null = null
  // Where the divs of the open structMap belong; null for one that is not asked for.
  #map: MetsDiv[] | null = null
  // The open divs of that structMap; null for one within a page.
  #divs: (MetsDiv | null)[] = []
  // What the text of the element in hand is.
  #reading: Read | null = null

  open(name: string, attributes: Attributes): void {
    if (this.#depth++ === 0) this.#openRoot(name)
    // Of the elements of a volume most are PREMIS, and not looked at any further.
    if (name.charCodeAt(0) === m) this.#openElement(name, attributes)
    else this.#reading = this.#unread(toRead.get(name) ?? null)
  }

  close(name: string): void {
    this.#depth--
    this.#reading = null
    if (name.charCodeAt(0) === m) this.#closeElement(name)
  }

  text(decoded: () => string): void {
    if (this.#reading === null) return
    if (this.#reading === 'markupLanguage') this.markupLanguage ??= decoded().trim() || null
    else this.gbs[this.#reading] = `${this.gbs[this.#reading] ?? ''}${decoded()}`.trim() || null
  }

  /** Of several blocks the first counts. */
  #unread(read: Read | null): Read | null {
    return read === null || read === 'markupLanguage' || this.gbs[read] === null ? read : null
  }

  #openElement(name: string, attributes: Attributes): void {
    switch (name) {
      case 'mets:fptr':
        if (this.#divs.length > 0) this.#point(attributes)
        return
      case 'mets:area':
        if (this.#divs.length > 0) this.#pointInto(attributes)
        return
      case 'mets:div':
        if (this.#map !== null) this.#openDiv(attributes, this.#map)
        return
      case 'mets:file':
        if (this.#isText) this.#openFile(attributes)
        return
      case 'mets:FLocat':
        if (this.#file !== null) this.#locate(this.#file, attributes)
        return
      case 'mets:fileGrp':
        this.#openGroup(attributes('USE') || null, attributes('ID') || null)
        return
      case 'mets:structMap':
        this.#map = this.#mapOf(attributes('TYPE'))
        return
      case 'mets:mets':
        this.#openMets(attributes)
    }
  }

  /** The first place counts, but that OCR-D names the copy in the workspace beside the URL it was loaded from. */
  #locate(file: MetsEntry, attributes: Attributes): void {
    if (file.href === null || attributes('OTHERLOCTYPE') === 'FILE') file.href = attributes('xlink:href') ?? file.href
  }

  #closeElement(name: string): void {
    switch (name) {
      case 'mets:div':
        if (this.#map !== null) this.#divs.pop()
        return
      case 'mets:file':
        this.#file = null
        return
      case 'mets:fileGrp':
        this.#groups.pop()
        this.#isText = this.#groups.at(-1)?.mayBeText ?? false
        return
      case 'mets:structMap':
        this.#map = null
    }
  }

  #openRoot(name: string): void {
    if (name === 'mets:mets' || name === 'oai:OAI-PMH' || name === 'oai:record') return
    const written = name.replace(foreign, '')
    throw new SlipError('METS_UNREADABLE', `The root element is ${written}, not METS.`, { place: { line: 1 } })
  }

  #openMets(attributes: Attributes): void {
    if (this.hasMets)
      throw new SlipError('METS_UNREADABLE', 'The file holds two METS documents.', { place: { line: 1 } })
    this.hasMets = true
    this.objid = attributes('OBJID')
    this.profile = attributes('PROFILE') || null
  }

  #mapOf(type: string | null): MetsDiv[] | null {
    if (type === null) return this.untypedDivs
    return type.toLowerCase() === 'physical' ? this.divs : null
  }

  #openGroup(ownUse: string | null, id: string | null): void {
    const use = ownUse ?? id ?? this.#groups.at(-1)?.use ?? null
    if (use !== null) this.groups.add(use)
    this.#isText = isOpenProfile(this.profile) || !withoutText.has(use ?? '')
    this.#groups.push({ use, id, mayBeText: this.#isText })
  }

  #openFile(attributes: Attributes): void {
    this.#file = {
      use: this.#groups.at(-1)?.use ?? null,
      groupId: this.#groups.at(-1)?.id ?? null,
      ownUse: attributes('USE'),
      mime: attributes('MIMETYPE'),
      href: null,
      size: attributes('SIZE'),
      checksum: attributes('CHECKSUM'),
      checksumType: attributes('CHECKSUMTYPE'),
    }
    const id = attributes('ID') ?? ''
    if (this.files.has(id)) this.ambiguous.add(id)
    this.files.set(id, this.#file)
  }

  #openDiv(attributes: Attributes, map: MetsDiv[]): void {
    const depth = this.#divs.length + 1
    const above = this.#divs.at(-1) ?? null
    if (depth > 1 && (above === null || isPageType(above.type))) {
      this.#divs.push(null)
      return
    }
    const div = {
      depth,
      above,
      type: attributes('TYPE'),
      order: attributes('ORDER'),
      orderLabel: attributes('ORDERLABEL'),
      label: attributes('LABEL'),
      fileIds: [],
      begins: null,
    }
    this.#divs.push(div)
    map.push(div)
  }

  #point(attributes: Attributes): void {
    const div = this.#divs.at(-1)
    const id = div === null ? null : attributes('FILEID')
    if (id !== null) div!.fileIds.push(id)
  }

  #pointInto(attributes: Attributes): void {
    this.#point(attributes)
    const div = this.#divs.at(-1)
    const [id, begin] = [attributes('FILEID'), attributes('BEGIN')]
    if (!div || id === null || begin === null || (attributes('BETYPE') ?? 'IDREF') !== 'IDREF') return
    div.begins ??= new Map()
    const begins = div.begins.get(id)
    if (begins === undefined) div.begins.set(id, [begin])
    else begins.push(begin)
  }
}
