import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseXml } from '../../../src/indexer/mets/parse-xml.ts'
import { decodeReferences } from '../../../src/sources/xml-references.ts'

function events(xml: string | Buffer): string[] {
  const seen: string[] = []
  parseXml(
    Buffer.from(xml),
    { 'urn:a': 'a' },
    {
      open: (name, attributes) => seen.push(`<${name}${attributes('x') === null ? '' : ` x=${attributes('x')}`}`),
      close: (name) => seen.push(`>${name}`),
      text: (decoded) => seen.push(decoded()),
    },
  )
  return seen
}

const refusal = (line: number) => expect.objectContaining({ code: 'METS_UNREADABLE', place: { line } })

describe('XML', () => {
  test('is told by namespace, with references in text and attributes decoded', () => {
    expect(
      events('<q:r xmlns:q="urn:a" x="&quot;&#x1F600;"><s xmlns="urn:a">&lt;&#65;</s><![CDATA[&]]></q:r>'),
    ).toEqual(['<a:r x="😀', '<a:s', '<A', '>a:s', '&', '>a:r'])
  })

  test('names hold where they are declared, and a namespace nobody asks for is no name of ours', () => {
    expect(
      events(
        '<r xmlns:a="urn:b"><a:s/><a:s xmlns:a="urn:a" a:x="no"><a:s/></a:s><a:s/><s xmlns="urn:a" x="1"><t xmlns=""/></s></r>',
      ),
    ).toEqual([
      '<r',
      '<?a:s',
      '>?a:s',
      '<a:s',
      '<a:s',
      '>a:s',
      '>a:s',
      '<?a:s',
      '>?a:s',
      '<a:s x=1',
      '<t',
      '>t',
      '>a:s',
      '>r',
    ])
  })

  test.each([
    ['an entity bomb', '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<r>&b;</r>', 2],
    ['an external entity', '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>', 1],
    ['a parameter entity', '<!DOCTYPE r [ <!ENTITY % e SYSTEM "http://example.org/x"> %e; ]><r/>', 1],
    ['an entity nobody defined', '<r>\n\n&e;</r>', 3],
    ['a bare ampersand', '<r x="\na & b"/>', 1],
    ['a reference to no character', '<r>&#0;</r>', 1],
    ['a reference to half a character', '<r>&#xD83D;</r>', 1],
    ['an unclosed element', '<r>\n<s>\n', 3],
    ['a wrong end tag', '<r>\n<s>\n</r>', 3],
    ['an attribute without quotes', '<r>\n<s x=1/></r>', 2],
    ['a name of an attribute that is none', '<r>\n<s x#="1"/></r>', 2],
    ['an attribute without a value', '<r>\n<s x y="1"/></r>', 2],
    ['an attribute without a value at the end', '<r>\n<s y="1" x/></r>', 2],
    ['attributes that are not apart', '<r>\n<s x="1"y="2"/></r>', 2],
    ['a value without an attribute', '<r>\n<s "1"/></r>', 2],
    ['a tag within a tag', '<r>\n<s x="1" <t/></r>', 2],
    ['a name that is none', '<r>\n<s"x/></r>', 2],
    ['a prefix bound to nothing', '<r>\n<s xmlns:q=""/></r>', 2],
    ['an attribute twice', '<r x="1"\nx="2"/>', 1],
    ['a prefix without a namespace', '<r>\n<z:s/></r>', 2],
    ['text behind the root', '<r/>\nmore', 1],
    ['no element at all', 'This is no XML.', 1],
    ['nothing', '', 1],
    ['a depth nobody needs', `${'<r>'.repeat(300)}${'</r>'.repeat(300)}`, 1],
  ])('with %s is METS_UNREADABLE with the line', (_, xml, line) => {
    expect(() => events(xml)).toThrow(refusal(line))
  })

  test('with a DOCTYPE that declares nothing is read, and nothing is fetched', () => {
    expect(events('<!DOCTYPE r SYSTEM "http://example.invalid/r.dtd"><r/>')).toEqual(['<r', '>r'])
  })

  test.each([
    ['UTF-8', Buffer.from('<r>\xff</r>', 'latin1')],
    ['its declared encoding', Buffer.from('<?xml version="1.0" encoding="x-none"?><r>\xe9</r>', 'latin1')],
    ['UTF-16', Buffer.from([0xff, 0xfe, 0x3c, 0x00, 0x00, 0xd8])],
  ])('that is not %s is METS_UNREADABLE', (_, bytes) => {
    expect(() => events(bytes)).toThrow(refusal(1))
  })

  test('references decode to what was encoded', () => {
    const refuse = (reason: string): never => expect.fail(reason)
    const encode = (text: string, hex: boolean) =>
      Array.from(text, (c) => (hex ? `&#x${c.codePointAt(0)!.toString(16)};` : `&#${c.codePointAt(0)};`)).join('')
    const text = fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\0', ''))
    fc.assert(
      fc.property(text, fc.boolean(), (each, hex) => {
        expect(decodeReferences(encode(each, hex), refuse)).toBe(each)
      }),
    )
  })

  test('of any kind ends in events or in METS_UNREADABLE', () => {
    const pieces = [
      '<r',
      '>',
      '/>',
      '</r>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<!',
      '[',
      ' x=',
      '"',
      "'",
      '&#',
      ';',
      ' xmlns="urn:a"',
      'constructor',
      '&constructor;',
      '__proto__',
    ]
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 20 }),
        (parts) => {
          try {
            events(parts.join(''))
          } catch (error) {
            expect(error).toMatchObject({ code: 'METS_UNREADABLE', place: { line: expect.any(Number) } })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
