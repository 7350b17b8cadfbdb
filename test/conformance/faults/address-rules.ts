import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../../src/shards/engine.ts'
import { page, reworded } from '../../chaos/http-faults.ts'
import { HttpProxy } from '../../chaos/http-proxy.ts'
import { findJava } from '../../services/java.ts'
import { type Certificate, type CertificateOptions, makeCertificate } from '../../services/solr/security.ts'
import { document } from '../engine/documents.ts'
import { credentials, type Reach, type Subject, secrets } from './subject.ts'

const certificates = new Map<string, Promise<Certificate>>()

/** To make one takes seconds: those of a kind are the same for all servers. */
function certificateOf(options: CertificateOptions): Promise<Certificate> {
  const kind = JSON.stringify(options)
  const made = certificates.get(kind) ?? newCertificate(options)
  certificates.set(kind, made)
  return made
}

async function newCertificate(options: CertificateOptions): Promise<Certificate> {
  const folder = mkdtempSync(join(tmpdir(), 'slip-certificate-'))
  try {
    return await makeCertificate(await findJava({ from: 17, to: 25 }, console.log), folder, options)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a person may have written into the configuration, or let grow old. */
export function addressRules(subject: Subject): void {
  describe('what is configured wrongly', () => {
    afterEach(() => subject.proxy.heal())

    function open(url: string, reach: Reach = credentials): Engine {
      const engine = subject.open(url, reach)
      onTestFinished(() => engine.close())
      return engine
    }
    /** Whoever asks is told the same, with the URL and without secrets. */
    async function isTold(engine: Engine, url: string, words: RegExp): Promise<void> {
      const message = expect.stringMatching(words)
      const at = expect.stringContaining(url)
      for (const ask of [() => engine.health(), () => engine.count(1)]) {
        const error = await ask().then(
          () => expect.fail('it was answered'),
          (thrown: Error) => thrown,
        )
        expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', message, place: { target: subject.target } })
        expect(error.message).toEqual(at)
        expect(`${error.stack} ${JSON.stringify(error)}`).not.toMatch(secrets)
      }
      const [outcome] = await engine.post(1, [document({ id: 'address.1', fence: 10 })])
      expect(outcome).toMatchObject({ kind: 'unavailable', message })
      expect(outcome).toHaveProperty('message', at)
      // it never got to a server that could break over it
      expect(outcome).not.toHaveProperty('unanswered')
      expect(JSON.stringify(outcome)).not.toMatch(secrets)
    }

    test('a port where nobody listens is told', async () => {
      const gone = await HttpProxy.before(subject.url)
      await gone.close()
      await isTold(open(gone.url), gone.url, /ECONNREFUSED/)
    })

    test('a name that does not exist is told', async () => {
      await isTold(open('http://nowhere.invalid:1/solr'), 'http://nowhere.invalid:1', /ENOTFOUND|EAI_AGAIN/)
    })

    test('a path below the right one is told', async () => {
      const url = `${subject.proxy.url}/nowhere`
      await isTold(open(url), url, /answered 40\d/)
    })

    test('a server of another kind is told when the index is to be made', async () => {
      const other = subject.openOther(subject.proxy.url)
      onTestFinished(() => other.close())
      const told = { message: expect.stringContaining(subject.proxy.url), place: { target: subject.target } }
      await expect(other.create(1)).rejects.toMatchObject({ ...told, code: subject.otherCode })
      await expect(other.health()).rejects.toMatchObject({ ...told, code: 'ENGINE_UNAVAILABLE' })
    })

    test('a server of a version that SLIP does not speak to is told when the index is to be made', async () => {
      const { told, old, words } = subject.version
      subject.proxy.strike(() => true, reworded(told, old))
      await expect(open(subject.proxy.url).create(1)).rejects.toMatchObject({
        code: 'ENGINE_VERSION_UNSUPPORTED',
        message: expect.stringMatching(words),
      })
    })

    test('a wrong password is told without it, and the right one is taken', async () => {
      const { proxy } = subject
      const right = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`
      proxy.strike(({ headers }) => headers.authorization !== right, page(401))
      const wrong = open(proxy.url, { ...credentials, password: 'geheimer' })
      await isTold(wrong, proxy.url, /answered 401: the credentials are not accepted/)
      await open(proxy.url).health()
    })

    /** The server by https, and the certificate it is reached by. */
    async function encrypted(options: CertificateOptions): Promise<{ url: string; certificate: Certificate }> {
      const certificate = await certificateOf(options)
      const proxy = await HttpProxy.before(subject.url, certificate.key)
      onTestFinished(() => proxy.close())
      return { url: proxy.url, certificate }
    }

    test.each([
      ['that has expired', { expired: true }, /certificate has expired/],
      ['of another host', { host: 'dns:elsewhere.example' }, /does not match certificate|not in the cert/],
    ] as const)('a certificate %s is refused, whoever signed it', async (_, options, words) => {
      const { url, certificate } = await encrypted(options)
      await isTold(open(url, { ...credentials, ca: certificate.ca }), url, words)
    })

    test('a certificate is refused of an authority that is not named, and taken of one that is', async () => {
      const { url, certificate } = await encrypted({})
      await isTold(open(url), url, /self-signed certificate/)
      await open(url, { ...credentials, ca: certificate.ca }).health()
    })
  })
}
