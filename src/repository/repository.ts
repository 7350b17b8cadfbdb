/** The repository contract: where the METS and the pages of an item are read. One implementation per storage kind. */
export interface Repository {
  /** Resolves when it can be read; rejects with REPOSITORY_UNAVAILABLE, also when it does not answer in time. */
  check(): Promise<void>
  /** True when the item has a METS file or a zip; none has one whose id is too long for the name of a file. */
  has(htid: string): Promise<boolean>
  /**
   * Tells whether the files of an item were written again, by size and modification time: of the METS file and of the pages
   * eight characters each, parted by a dot, empty where there are none. Null when the item is not here. Throws
   * REPOSITORY_UNAVAILABLE.
   */
  fingerprint(htid: string): Promise<string | null>
  /** Every item id in the repository, in no order. */
  walk(): AsyncIterable<string>
  /** Opens one item. Throws METS_MISSING, METS_TOO_LARGE, or REPOSITORY_UNAVAILABLE when the root itself is away. */
  open(htid: string): Promise<VolumeSource>
}

/**
 * Told how many bytes of text are about to be read, when nothing of them is in memory yet: it may keep the reader waiting.
 * What it throws the reader throws.
 */
export type Admit = (bytes: number) => Promise<void>

/** How pages are read. */
export interface Reading {
  readonly admit?: Admit | undefined
  /**
   * What to keep of a page file instead of its bytes, which are let go before many others are read. What it throws the
   * reader throws.
   */
  readonly keep?: (bytes: Buffer, name: string) => Buffer
}

/** One opened item. The caller closes it. */
export interface VolumeSource {
  /** The whole METS file. */
  readonly mets: Buffer
  /** Its name in its folder. */
  readonly metsName: string
  /** Size and modification time of METS and zip, for messages. */
  readonly place: Readonly<Record<string, string | number>>
  /** As the repository's, of the files that were opened; of page files in a folder as they are now. */
  fingerprint(): Promise<string>
  /** The files of the item but its METS, as paths below the folder of the METS, joined by `/`; in no order. */
  list(): Promise<string[]>
  /**
   * The raw bytes of the named page files, in the order asked; a name or path that METS gives, inside the folder of the
   * item. Throws ZIP_MISSING, ZIP_UNREADABLE, ZIP_ENTRY_*, ZIP_DUPLICATE_NAME, PAGE_TOO_LARGE or PAGE_MISSING with the
   * page named.
   */
  readPages(names: readonly string[], reading?: Reading): Promise<Buffer[]>
  /** As readPages, for an item whose gaps are waived: null for a page that is not there. */
  readPagesThere(names: readonly string[], reading?: Reading): Promise<(Buffer | null)[]>
  close(): Promise<void>
}
