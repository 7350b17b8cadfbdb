/** The repository contract: where the METS and the pages of an item are read. One implementation per storage kind. */
export interface Repository {
  /** Resolves when it can be read; rejects with REPOSITORY_UNAVAILABLE, also when it does not answer in time. */
  check(): Promise<void>
  /** True when the item has a METS file or a zip. */
  has(htid: string): Promise<boolean>
  /** Every item id in the repository, in no order. */
  walk(): AsyncIterable<string>
  /** Opens one item. Throws METS_MISSING, METS_TOO_LARGE, or REPOSITORY_UNAVAILABLE when the root itself is away. */
  open(htid: string): Promise<VolumeSource>
}

/** One opened item. The caller closes it. */
export interface VolumeSource {
  /** The whole METS file. */
  readonly mets: Buffer
  /** Size and modification time of METS and zip, for messages and fingerprints. */
  readonly place: Readonly<Record<string, string | number>>
  /**
   * The raw bytes of the named page files, in the order asked; a name METS gives (base name only, inside the folder of
   * the item). Throws ZIP_MISSING, ZIP_UNREADABLE, ZIP_ENTRY_*, ZIP_DUPLICATE_NAME or PAGE_MISSING with the page named.
   */
  readPages(names: readonly string[]): Promise<Buffer[]>
  /** As readPages, for an item whose gaps are waived: null for a page that is not there. */
  readPagesThere(names: readonly string[]): Promise<(Buffer | null)[]>
  close(): Promise<void>
}
