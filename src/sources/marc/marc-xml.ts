import { type Context, Parser } from 'saxen'
import { decodeReferences } from '../xml-references.ts'
import {
  controlField,
  dataField,
  emptySubfield,
  type MarcField,
  type MarcRecord,
  type Subfield,
} from './marc-record.ts'

class Unreadable extends Error {}

const refuse = (reason: string): never => {
  throw new Unreadable(reason)
}

/**
 * A `record` element of MARCXML, or what is wrong with it as the end of a sentence. Names are matched without prefix. No
 * entity but the five of XML is known: what a DOCTYPE defines is an error.
 */
export function marcOfXml(xml: string): MarcRecord | string {
  try {
    return parse(xml)
  } catch (error) {
    if (error instanceof Unreadable) return `its XML cannot be read: ${error.message}`
    throw error
  }
}

/** The data field that is open. */
interface Open {
  readonly tag: string
  readonly indicators: string
  readonly subfields: Subfield[]
}

function parse(xml: string): MarcRecord {
  const fields: MarcField[] = []
  const problems: string[] = []
  const path: string[] = []
  let leader: string | null = null
  let field: Open | null = null
  let tag = ''
  let isCoded = true
  let text = ''
  const attribute = (attributes: Record<string, string>, name: string) => {
    const value = attributes[name]
    if (value === undefined) return refuse(`a ${path.at(-1)} has no ${name}`)
    return decodeReferences(value, refuse)
  }
  const parser = new Parser()
  parser.on('openTag', (prefixed, attributesOf) => {
    const name = prefixed.slice(prefixed.indexOf(':') + 1)
    path.push(name)
    text = ''
    if (!expected.has(path.join('/'))) refuse(`<${prefixed.slice(0, 40)}> is no part of a MARC record there`)
    if (name === 'controlfield') tag = attribute(attributesOf(), 'tag')
    if (name === 'datafield') {
      const attributes = attributesOf()
      const indicators = ['ind1', 'ind2'].map((ind) => decodeReferences(attributes[ind] || ' ', refuse))
      if (indicators.some((indicator) => indicator.length !== 1)) refuse('an indicator is not one character')
      field = { tag: attribute(attributes, 'tag'), indicators: indicators.join(''), subfields: [] }
    }
    if (name === 'subfield') {
      const { code } = attributesOf()
      isCoded = code !== undefined
      tag = decodeReferences(code ?? '', refuse)
    }
  })
  parser.on('text', (raw) => {
    text += decodeReferences(raw, refuse)
    if (!leaves.has(path.at(-1) ?? '') && raw.trim() !== '') refuse('there is text between its fields')
  })
  parser.on('cdata', (raw) => {
    text += raw
  })
  parser.on('closeTag', () => {
    const name = path.pop()
    if (name === 'leader') leader = text
    if (name === 'controlfield') fields.push(controlField(tag, text))
    if (name === 'subfield' && field !== null) {
      if (tag === '' && text.trim() === '') problems.push(emptySubfield(fields.length + 1, field.tag))
      else if (isCoded) field.subfields.push([tag, text])
      else refuse('a subfield has no code')
    }
    if (name === 'datafield' && field !== null) fields.push(dataField(field.tag, field.indicators, field.subfields))
    text = ''
  })
  const tell = (error: Error, at: Context) => refuse(`${error.message} (line ${at().line + 1} of the record)`)
  parser.on('warn', tell)
  parser.on('error', tell)
  parser.parse(xml)
  return { leader: leader ?? refuse('it has no leader'), fields, problems }
}

const leaves = new Set(['leader', 'controlfield', 'subfield'])
const expected = new Set([
  'record',
  'record/leader',
  'record/controlfield',
  'record/datafield',
  'record/datafield/subfield',
])
