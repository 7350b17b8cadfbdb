import { type Kind, nth, type SourceInput } from '../kind.ts'
import { withByteChanged, withPieceMoved } from '../places.ts'
import { gzipBytes } from '../zip-bytes.ts'

const recordOf = (id: string) =>
  Buffer.from(`${JSON.stringify({ id, title: [`Title ${id}`], ht_id: [`mdp.${id}`] })}\n`)
const leader = '00000nam a2200000   4500'

/** A member of a tar; `change` is made to its header before the checksum. */
function member(name: string, content: Buffer, change: (header: Buffer) => void = () => undefined): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('0', 156)
  header.write('ustar\x0000', 257, 'latin1')
  change(header)
  header.fill(' ', 148, 156)
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}
const tar = (...members: Buffer[]) => Buffer.concat([...members, Buffer.alloc(1024)])

const sound = tar(
  member('in/a.json', recordOf('1')),
  member('in/b.json.gz', gzipBytes(recordOf('2'))),
  member(
    'in/c.xml',
    Buffer.from(`<record><leader>${leader}</leader><controlfield tag="001">3</controlfield></record>`),
  ),
  member('in/d_delete.txt.gz', gzipBytes(Buffer.from('4\n'))),
)
const tarFile = (bytes: Buffer, change: Partial<SourceInput> = {}): SourceInput => ({
  of: 'records',
  name: 'dump.tar',
  bytes,
  ...change,
})

const one = recordOf('1')
const last = member('z.json', recordOf('2'))
const odd: readonly Buffer[] = [
  member('../../escape.json', one),
  member('/etc/absolute.json', one),
  member('', one),
  member('a\\b.json', one),
  member('x'.repeat(100), one),
  member('link.json', Buffer.alloc(0), (header) => void header.write('2', 156)),
  member('hard.json', Buffer.alloc(0), (header) => void header.write('1', 156)),
  member('device.json', Buffer.alloc(0), (header) => void header.write('3', 156)),
  member('nested.tar', tar(member('in.json', one))),
  member('bomb.json.gz', gzipBytes(Buffer.alloc(20_000_000, ' '))),
  member('twice.json.gz', gzipBytes(gzipBytes(one))),
  member('none.json.gz', one),
  member('empty.json', Buffer.alloc(0)),
  member('pax', Buffer.from('30 path=pax/name.json\n'), (header) => void header.write('x', 156)),
  member('pax', Buffer.from('rubbish without a length'), (header) => void header.write('x', 156)),
  member('pax', Buffer.from('0 path=a\n'.repeat(1_000)), (header) => void header.write('x', 156)),
  member('long', Buffer.from(`${'y'.repeat(5_000)}.json`), (header) => void header.write('L', 156)),
]
const sizes: readonly ((header: Buffer) => void)[] = [
  (header) => void header.write('77777777777\0', 124),
  (header) => void header.fill(0xff, 124, 136),
  (header) => void header.write('-0000000001\0', 124),
  (header) => void header.write('rubbish    \0', 124),
  (header) => void header.fill(0, 124, 136),
  (header) => void header.write('77777777777\0L', 124 + 0, 'latin1'),
]

const kind = (name: string, cases: number, ends: readonly string[], make: Kind['make']): Kind => ({
  subject: 'tar',
  name,
  cases,
  ends,
  make,
})

/** Tars of record files. */
export const tarKinds: readonly Kind[] = [
  kind('sound', 1, ['read'], () => tarFile(sound, { intact: ['1', '2', '3', '4'] })),
  kind('cut anywhere', 20, ['some bad', 'SOURCE_FILE_UNREADABLE'], (random) =>
    tarFile(sound.subarray(0, random.whole(0, sound.length - 1025))),
  ),
  kind('a byte changed, a piece moved', 40, ['some bad', 'read', 'SOURCE_FILE_UNREADABLE'], (random, index) =>
    tarFile(
      index % 2 === 0
        ? withPieceMoved(sound, random)
        : withByteChanged(sound, random.whole(0, sound.length - 1), random),
    ),
  ),
  kind('odd names, links, tars, bombs, headers that lie', odd.length, ['some bad', 'read'], (_, index) =>
    tarFile(tar(nth(odd, index), last), { intact: ['2'] }),
  ),
  kind('a member of a wrong size', sizes.length, ['some bad', 'SOURCE_FILE_UNREADABLE'], (_, index) =>
    tarFile(tar(member('a.json', recordOf('1'), nth(sizes, index)), last)),
  ),
]
