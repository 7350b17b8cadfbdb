import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { XMLParser } from 'fast-xml-parser'
import { openPromise } from 'yauzl'

export interface IndependentPage {
  readonly order: number
  readonly label: string | null
  readonly bytes: Buffer
}

type Element = { readonly [name: string]: Element[] } & { readonly [attribute: `@${string}`]: string | undefined }

/**
 * The pages of a volume read another way than the product's: METS as a tree, the whole zip through yauzl's streams,
 * page names joined by base name. Good for well-formed volumes only.
 */
export async function readIndependently(base: string): Promise<IndependentPage[]> {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    isArray: (_, __, ___, attribute) => !attribute,
  })
  const mets = (parser.parse(readFileSync(`${base}.mets.xml`)) as Element)['METS:mets']![0]!
  const group = mets['METS:fileSec']![0]!['METS:fileGrp']!.find((each) => each['@USE'] === 'ocr')!
  const files = new Map(group['METS:file']!.map((file) => [file['@ID'], file['METS:FLocat']![0]!['@xlink:href']!]))
  const texts = await unzip(`${base}.zip`)
  const volume = mets['METS:structMap']!.find((each) => each['@TYPE'] === 'physical')!['METS:div']![0]!
  const pages = volume['METS:div']!.map((div) => {
    const id = div['METS:fptr']!.map((pointer) => pointer['@FILEID']).find((each) => files.has(each))
    return { order: Number(div['@ORDER']), label: div['@ORDERLABEL'] || null, bytes: texts.get(files.get(id)!)! }
  })
  return pages.sort((a, b) => a.order - b.order)
}

async function unzip(path: string): Promise<Map<string, Buffer>> {
  const zip = await openPromise(path)
  const texts = new Map<string, Buffer>()
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName.endsWith('.txt')) {
      texts.set(entry.fileName.split('/').at(-1)!, await buffer(await zip.openReadStreamPromise(entry)))
    }
  }
  return texts
}
