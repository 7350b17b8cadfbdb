import { afterAll, beforeAll, describe } from 'vitest'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { addressRules } from './address-rules.ts'
import { readRules } from './read-rules.ts'
import { shapeRules } from './shape-rules.ts'
import { sizeRules } from './size-rules.ts'
import { credentials, type ServerUnderTest, type Subject } from './subject.ts'
import { writeRules } from './write-rules.ts'

/** What every engine makes of servers that are away, in trouble, not reached or not what they should be. */
export function faultRules(name: string, open: () => Promise<ServerUnderTest>): void {
  describe(`faults of ${name}`, () => {
    const subject = {} as { -readonly [Key in keyof Subject]: Subject[Key] }
    beforeAll(async () => {
      Object.assign(subject, await open())
      subject.proxy = await HttpProxy.before(subject.url)
      subject.engine = subject.open(subject.proxy.url, credentials)
      subject.direct = subject.open(subject.url)
      await subject.direct.create(1)
    }, 240_000)
    afterAll(async () => {
      await subject.engine?.close()
      await subject.direct?.close()
      await subject.proxy?.close()
    })
    writeRules(subject)
    readRules(subject)
    addressRules(subject)
    shapeRules(subject)
    sizeRules(subject)
  })
}
