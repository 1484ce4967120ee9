// The whole line between programs of others: swaks submits to a served relay, Postfix takes the mail, four verifiers judge it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Lab, startLab } from '../../src/lab/lab.ts'
import { keyRecordText } from '../../src/protocol/dkim/public-key.ts'
import { makeServedHouse, type Served, type ServedHouse } from '../support/served-relay.ts'
import { Authority } from './support/certificates.ts'
import { dkimpyJudge, mailDkimJudge, opendkimJudge } from './support/dkim-judges.ts'
import { type MailboxPostfix, startMailboxPostfix } from './support/postfix-mailbox.ts'
import { excused, run, temporaryFolder } from './support/program.ts'

describe.skipIf(excused('swaks', 'postfix', 'saslpasswd2', 'opendkim'))('swaks, the relay and Postfix', () => {
  let lab: Lab
  let postfix: MailboxPostfix
  let house: ServedHouse
  let served: Served

  beforeAll(async () => {
    lab = await startLab()
    const authority = await Authority.root('Line Root')
    postfix = await startMailboxPostfix({
      hostname: 'mx.peer.test',
      domain: 'peer.test',
      mailboxes: ['anna'],
      certificate: await authority.issue({ names: ['mx.peer.test'] }),
      user: 'relay',
      password: 'secret',
    })
    house = await makeServedHouse(lab, postfix.mx)
    served = house.start()
  })
  afterAll(async () => {
    await house?.remove()
    await postfix?.stop()
    await lab?.close()
  })

  const swaks = (from: string) =>
    run('swaks', [
      ...['--server', '127.0.0.1', '--port', String(house.port), '--from', from, '--to', 'anna@peer.test'],
      ...['--h-Subject', 'By way of everything', '--body', 'Good day.\n..\nBye.'],
    ])

  it('pass on a message of a healthy domain, and its signatures verify; with a field in front they do not', async () => {
    await served.says(/audited domain=healthy\.example/)
    const ended = await swaks('app@healthy.example')
    expect(ended.stdout, ended.stderr).toMatch(/<- {2}250 2\.0\.0 Ok: queued as [0-9A-Z]{10}/)
    const [delivered] = await postfix.mailbox('anna', 1)
    // What the last server writes above ours is not part of what was sent.
    const text = delivered!.toString('latin1')
    const sent = text.slice(text.indexOf('DKIM-Signature:')).replace(/\r?\n/g, '\r\n')
    const keys = Object.entries(lab.signingKeys['healthy.example']!)
    const records = new Map(
      keys.map(([selector, key]) => [`${selector}._domainkey.healthy.example`, keyRecordText(key)]),
    )
    const folder = temporaryFolder('line')
    const files = [join(folder, 'sent.eml'), join(folder, 'forged.eml')] as const
    writeFileSync(files[0], sent, 'latin1')
    writeFileSync(files[1], `Subject: Something else\r\n${sent}`, 'latin1')
    for (const judge of [dkimpyJudge({ records }), mailDkimJudge({ records }), opendkimJudge({ records })]) {
      const judged = await judge(files)
      expect(judged.get(files[0])!.s1, JSON.stringify([...judged])).toBe('pass')
      expect(judged.get(files[1])!.s1).not.toBe('pass')
    }
    await served.says(/delivered .*reply="?250/)
  })

  it('are told why a message of a broken domain does not go out, and what to publish', async () => {
    await served.says(/audited domain=broken\.example/)
    const { stdout } = await swaks('app@broken.example')
    expect(stdout).toMatch(/<\*\* 550-5\.7\.\d+ broken\.example DKIM key published for s1 is not the one we sign with/)
    expect(stdout).toContain('publish: s1._domainkey.broken.example. TXT "v=DKIM1; k=rsa; p=')
    served.signal('SIGTERM')
    expect(await served.ended).toEqual({ status: 0, signal: null })
  })
})
