// What --rspamd takes: the URL of a service, without secrets, and the recipients that it is told.
import { describe, expect, it } from 'vitest'
import { rspamdService } from '../../src/cli/rspamd-service.ts'

const service = (rspamd?: string, rcptTo: readonly string[] = []) =>
  rspamdService({ rcptTo, ...(rspamd !== undefined && { rspamd }) })

describe('--rspamd', () => {
  it.each([
    [
      'http://127.0.0.1:11333',
      { host: '127.0.0.1', port: 11_333, secure: false, path: '/checkv2', url: 'http://127.0.0.1:11333/checkv2' },
    ],
    ['http://localhost/', { host: 'localhost', port: 80, path: '/checkv2' }],
    ['https://mail.example.org/rspamd/', { port: 443, secure: true, path: '/rspamd/checkv2' }],
    ['http://[2001:db8::1]:11333/checkv2', { host: '2001:db8::1', path: '/checkv2' }],
  ])('%s', (text, wanted) => expect(service(text)).toMatchObject(wanted))

  it.each([
    ['127.0.0.1:11333', 'takes a URL'],
    ['ftp://example.org', 'takes a URL'],
    ['http://', 'takes a URL'],
    ['http://user:secret@127.0.0.1', 'no user name or password'],
    ['http://127.0.0.1/?a=b', 'nothing may follow the path'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => service(text)).toThrow(why)
    expect(() => service(text)).not.toThrow(/secret/)
  })

  it('goes with recipients, which are told to nobody else', () => {
    expect(service('http://127.0.0.1:1', ['a@example.org'])!.recipients).toEqual(['a@example.org'])
    expect(() => service(undefined, ['a@example.org'])).toThrow('--rspamd')
    for (const bad of ['a', 'a@b c', 'a@b\r\nX: y', '<a@b>'])
      expect(() => service('http://127.0.0.1:1', [bad])).toThrow('--rcpt-to')
    expect(service()).toBeUndefined()
  })
})
