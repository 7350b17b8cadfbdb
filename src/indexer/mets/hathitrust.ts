import { SlipError } from '../../errors/slip-error.ts'
import { unionOfFeatures } from './features.ts'
import { type MetsPage, type PageDiv, pageList, type TextFile } from './page-list.ts'
import { type ReadingOrder, readingOrderOf } from './reading-order.ts'
import { type Attributes, parseXml } from './sax.ts'

/** What an item's METS file says. */
export interface HathiTrustMets extends ReadingOrder {
  readonly objid: string | null
  /** PROFILE as written; null where there is none. */
  readonly profile: string | null
  /** In ORDER. */
  readonly pages: readonly MetsPage[]
  /** Every page feature once. */
  readonly features: readonly string[]
}

const namespaces = {
  'http://www.loc.gov/METS/': 'mets',
  'http://www.w3.org/1999/xlink': 'xlink',
  'http://books.google.com/gbs': 'gbs',
}
const volumeProfile = /\/hathitrust-mets-profile2\.[01]\.xml$/

/**
 * Reads a METS file of HathiTrust's volume profiles 2.0 and 2.1, or without a PROFILE, which has the same layout:
 * text files are those of `fileGrp[@USE='ocr']`, pages the `structMap[@TYPE='physical']/div/div[@ORDER]`.
 * Throws METS_UNREADABLE (with the line), METS_UNSUPPORTED, METS_NO_PAGES, METS_PAGE_ORDER and METS_BAD_REFERENCE.
 */
export function readHathiTrustMets(bytes: Buffer): HathiTrustMets {
  const reader = new MetsReader()
  parseXml(bytes, namespaces, reader)
  let allIds: Set<string> | null = null
  const pages = pageList(reader.pages, reader.files, (id) => {
    allIds ??= fileIds(bytes)
    return allIds.has(id)
  })
  return {
    objid: reader.objid,
    profile: reader.profile,
    pages,
    features: unionOfFeatures(pages),
    ...readingOrderOf(reader.gbs, pages),
  }
}

/** Collects while the file goes by. Attributes are parsed only where needed: of 15,000 elements in a volume, 2,000. */
class MetsReader {
  objid: string | null = null
  profile: string | null = null
  readonly pages: PageDiv[] = []
  readonly files = new Map<string, TextFile>()
  readonly gbs: Record<keyof ReadingOrder, string | null> = { readingOrder: null, scanningOrder: null, coverTag: null }
  #depth = 0
  // USE of the open fileGrps, outermost first; they nest in other dialects.
  #uses: (string | null)[] = []
  #file: TextFile | null = null
  #inPhysical = false
  #divDepth = 0
  #page: PageDiv | null = null
  #gbsElement: keyof ReadingOrder | null = null

  open(name: string, attributes: Attributes): void {
    if (this.#depth++ === 0) this.#openRoot(name, attributes)
    switch (name) {
      case 'mets:fileGrp':
        this.#uses.push(attributes('USE') ?? this.#uses.at(-1) ?? null)
        return
      case 'mets:file':
        if (this.#uses.at(-1) === 'ocr') this.#openFile(attributes)
        return
      case 'mets:FLocat':
        if (this.#file !== null) this.#file.href ??= attributes('xlink:href')
        return
      case 'mets:structMap':
        this.#inPhysical = attributes('TYPE')?.toLowerCase() === 'physical'
        return
      case 'mets:div':
        if (this.#inPhysical) this.#openDiv(attributes)
        return
      case 'mets:fptr':
        if (this.#page !== null) this.#page.fileIds.push(attributes('FILEID') ?? '')
        return
      case 'gbs:readingOrder':
      case 'gbs:scanningOrder':
      case 'gbs:coverTag':
        this.#gbsElement = name.slice(4) as keyof ReadingOrder
    }
  }

  close(name: string): void {
    this.#depth--
    switch (name) {
      case 'mets:fileGrp':
        this.#uses.pop()
        return
      case 'mets:file':
        this.#file = null
        return
      case 'mets:structMap':
        this.#inPhysical = false
        return
      case 'mets:div':
        if (this.#inPhysical && this.#divDepth-- === 2) this.#page = null
        return
    }
    this.#gbsElement = null
  }

  text(decoded: () => string): void {
    if (this.#gbsElement === null) return
    this.gbs[this.#gbsElement] = `${this.gbs[this.#gbsElement] ?? ''}${decoded()}`.trim() || null
  }

  #openRoot(name: string, attributes: Attributes): void {
    if (name !== 'mets:mets') {
      throw new SlipError('METS_UNREADABLE', `The root element is ${name}, not METS.`, { place: { line: 1 } })
    }
    this.objid = attributes('OBJID')
    this.profile = attributes('PROFILE') || null
    if (this.profile !== null && !volumeProfile.test(this.profile)) {
      const place = { profile: this.profile.slice(0, 200) }
      throw new SlipError('METS_UNSUPPORTED', `METS profile ${place.profile} is not one of a volume.`, { place })
    }
  }

  #openFile(attributes: Attributes): void {
    this.#file = {
      href: null,
      size: attributes('SIZE'),
      checksum: attributes('CHECKSUM'),
      checksumType: attributes('CHECKSUMTYPE'),
    }
    this.files.set(attributes('ID') ?? '', this.#file)
  }

  #openDiv(attributes: Attributes): void {
    if (++this.#divDepth !== 2) return
    const order = attributes('ORDER')
    if (order === null) return
    this.#page = { order, label: attributes('ORDERLABEL'), features: attributes('LABEL'), fileIds: [] }
    this.pages.push(this.#page)
  }
}

/** The IDs of all files of all groups: a second pass, needed only when a page has no text file. */
function fileIds(bytes: Buffer): Set<string> {
  const ids = new Set<string>()
  parseXml(bytes, namespaces, {
    open: (name, attributes) => {
      if (name === 'mets:file') ids.add(attributes('ID') ?? '')
    },
    close: () => {},
  })
  return ids
}
